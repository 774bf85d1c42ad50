-- if
if(TRUE, 1, 2)
if(FALSE, 1, 2)
if(NULL, 1, 2)
if(1 > 0, 'a', 1)
if(TRUE, 1, 2.5)
if(TRUE, 1, 2L)
if(TRUE, NULL, 1)
if(TRUE, 1, 'x')
if(FALSE, 1, '2')
if('true', 1, 2)
if(1, 2, 3)
if(TRUE, DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00')
if(FALSE, 1 / 0, 5)
-- note: Databricks has `iff` as a synonym of `if`; Spark does not.
iff(TRUE, 1, 2)

-- case
CASE WHEN TRUE THEN 1 ELSE 2 END
CASE WHEN FALSE THEN 1 END
CASE WHEN NULL THEN 1 ELSE 2 END
CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END
CASE 3 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END
CASE NULL WHEN NULL THEN 'a' ELSE 'b' END
CASE 1 WHEN '1' THEN 'a' ELSE 'b' END
CASE WHEN TRUE THEN 1 ELSE 2.5 END
CASE WHEN TRUE THEN 1 ELSE 'a' END
CASE WHEN FALSE THEN 1 ELSE '3' END
CASE WHEN 1 = 1 THEN 1 / 1 ELSE 1 / 0 END
CASE WHEN TRUE THEN NULL ELSE NULL END
CASE 'a' WHEN 'A' THEN 1 ELSE 2 END
CASE WHEN 1 THEN 2 END

-- coalesce
coalesce(NULL, 1)
coalesce(NULL, NULL)
coalesce(1, NULL, 2)
coalesce(NULL, 'a')
coalesce(1, 'a')
coalesce(1, 2.5)
coalesce(1, 2L)
coalesce(1, 1 / 0)
coalesce()
coalesce(NULL, DATE '2024-01-01')
coalesce(DATE '2024-01-01', '2024-01-02')

-- nvl
nvl(NULL, 1)
nvl(1, 2)
nvl(1, 'a')
nvl(NULL, NULL)
nvl('', 'x')

-- ifnull
ifnull(NULL, 'a')
ifnull('b', 'a')

-- nvl2
nvl2(NULL, 1, 2)
nvl2(0, 1, 2)
nvl2(1, 'a', 2)
nvl2(NULL, NULL, 'x')

-- nullif
nullif(1, 1)
nullif(1, 2)
nullif(NULL, 1)
nullif(1, NULL)
nullif('a', 'a')
nullif(1, '1')
nullif(1, 1.0)

-- nullifzero
nullifzero(0)
nullifzero(5)
zeroifnull(NULL)
zeroifnull(5)

-- greatest
greatest(1, 3, 2)
greatest(1, NULL, 2)
greatest(NULL, NULL)
greatest(1, 2.5)
greatest('a', 'b')
greatest(1, '2')
greatest(1)
greatest(DATE '2024-01-01', DATE '2024-02-01')
greatest(1.0D, double('NaN'))
greatest(1, TRUE)

-- least
least(3, 1, 2)
least(1, NULL)
least('b', 'a')
least(1, 0.5)
least(1)
least(DATE '2024-01-01', TIMESTAMP '2023-01-01 00:00:00')

-- decode
decode(2, 1, 'a', 2, 'b', 'c')
decode(3, 1, 'a', 2, 'b', 'c')
decode(3, 1, 'a', 2, 'b')
decode(NULL, NULL, 'n', 'x')
decode('a', 'a', 1, 0)
decode(1, '1', 'yes', 'no')

-- assert_true
assert_true(TRUE)
assert_true(FALSE)
assert_true(FALSE, 'no')
raise_error('bad')

-- try arithmetic
try_add(1, 2)
try_add(2147483647, 1)
try_add(DATE '2024-01-01', 1)
try_subtract(-2147483648, 1)
try_subtract(5, 3)
try_multiply(2147483647, 2)
try_multiply(2, 3)
try_divide(1, 0)
try_divide(1, 2)
try_divide(1.0, 3)
try_mod(5, 0)
try_mod(5, 3)
try_add(NULL, 1)
try_element_at(array(1, 2), 5)
try_element_at(map('a', 1), 'b')
