"""`workspace.files`: volumes through the Files API.

How the SDK 0.162 transfers a file (`mixins/files.py`, `mixins/files_utils.py`):

*Upload* of less than 50 MiB: one `PUT /api/2.0/fs/files{path}[?overwrite=true|false]` with the bytes and
`Content-Type: application/octet-stream`; the answer is 204 without a body. Space in a path is `%20`.

*Upload* of 50 MiB and more, in parts of 10 MiB (larger ones so that there are at most 100):

1. `POST /api/2.0/fs/files{path}?action=initiate-upload[&overwrite=…]`, no body, answers
   `{"multipart_upload": {"session_token": "…"}}`. Anything else, `resumable_upload` too, makes the SDK fall
   back to the single PUT.
2. `POST /api/2.0/fs/create-upload-part-urls` with
   `{"path", "session_token", "start_part_number": 1…, "count": 1, "expire_time": "2026-01-02T03:04:05Z"}`
   answers `{"upload_part_urls": [{"url", "part_number", "headers": [{"name", "value"}]}]}`.
3. `PUT {url}` with the bytes of the part, the named headers and `Content-Type: application/octet-stream`, and
   *without* the workspace's token. 200 or 201 (not 204) with an `ETag` header. Part 1 goes alone, then up
   to 10 at once. An expired URL is 403 with XML `<Error><Code>AccessDenied</Code>
   <Message>Request has expired</Message></Error>`: the SDK asks for a new one, three times.
4. `POST /api/2.0/fs/files{path}?action=complete-upload&upload_type=multipart&session_token=…` with
   `{"parts": [{"part_number": 1, "etag": "…"}, …]}`.
5. After a failure, once: `POST …?action=abort-upload&upload_type=multipart&session_token=…` with the token.

*Download* (`download` and `download_to`) starts with `POST
/api/2.0/fs/create-download-url?path=…&expire_time=…`, no body, that answers `{"url", "headers": [{"name",
"value"}]}`, then `GET {url}` without the token; an error there makes it `GET /api/2.0/fs/files{path}`.
Resumed and parallel downloads (`use_parallel=True`, above 50 MiB) send `Range: bytes=a-b` and
`If-Unmodified-Since` with the text of `Last-Modified`; the answer has to be 206. 412 ends the transfer.

*Metadata* is `HEAD`: `Content-Length`, `Content-Type`, `Last-Modified` (RFC 7231). Errors of HEAD have no
body.
"""

import io
import os
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, NotFound
from databricks.sdk.service.catalog import VolumeType

from expect import everything, pages, refused
from server import Server

MIB = 1 << 20
FILES = "/api/2.0/fs/files"
DIRECTORIES = "/api/2.0/fs/directories"


@pytest.fixture
def volume(workspace: WorkspaceClient, catalog: str, schema: str) -> str:
    """The path of a volume."""
    workspace.volumes.create(catalog, "sales", "files", VolumeType.MANAGED)
    return f"/Volumes/{catalog}/sales/files"


def upload(workspace: WorkspaceClient, path: str, content: bytes = b"content", **options: bool) -> None:
    workspace.files.upload(path, io.BytesIO(content), **options)


def download(workspace: WorkspaceClient, path: str) -> bytes:
    contents = workspace.files.download(path).contents
    assert contents is not None
    with contents:
        return contents.read()


def ranged(server: Server, path: str, **headers: str) -> requests.Response:
    """A plain GET with headers."""
    headers |= {"Authorization": f"Bearer {server.admin_token}"}
    return requests.get(f"{server.url}{FILES}{path}", headers=headers, timeout=10)


def test_small_file_comes_back(workspace: WorkspaceClient, volume: str) -> None:
    content = os.urandom(1024)
    upload(workspace, f"{volume}/a.bin", content)
    assert download(workspace, f"{volume}/a.bin") == content


def test_empty_file_comes_back(workspace: WorkspaceClient, volume: str) -> None:
    upload(workspace, f"{volume}/empty", b"")
    assert download(workspace, f"{volume}/empty") == b""
    assert workspace.files.get_metadata(f"{volume}/empty").content_length == 0


@pytest.mark.parametrize("name", ["with blank.txt", "#!#_+%41&=?.csv", "snowman ☃.txt", "a/b/c.txt"])
def test_name_of_any_kind_comes_back(workspace: WorkspaceClient, volume: str, name: str) -> None:
    upload(workspace, f"{volume}/{name}", name.encode())
    assert download(workspace, f"{volume}/{name}") == name.encode()
    folder, _, last = f"{volume}/{name}".rpartition("/")
    found = everything(workspace.files.list_directory_contents(folder))
    assert [entry.path for entry in found] == [f"{folder}/{last}"]


def test_upload_overwrites_unless_told_not_to(workspace: WorkspaceClient, volume: str) -> None:
    path = f"{volume}/a.txt"
    upload(workspace, path, b"first")
    upload(workspace, path, b"second", overwrite=True)
    with refused(DatabricksError):
        upload(workspace, path, b"third", overwrite=False)
    assert download(workspace, path) == b"second"


def test_upload_to_a_missing_volume_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    path = "/Volumes/" + schema.replace(".", "/") + "/nowhere/a.txt"
    with refused(NotFound, "NOT_FOUND"):
        upload(workspace, path)


def test_error_in_a_missing_volume_carries_the_catalogs_words(
    workspace: WorkspaceClient, schema: str
) -> None:
    path = "/Volumes/" + schema.replace(".", "/") + "/nowhere/a.txt"
    with pytest.raises(NotFound) as refusal:
        upload(workspace, path)
    information = refusal.value.get_error_details().error_info
    assert information is not None
    assert information.reason == "FILES_API_RESOURCE_NOT_FOUND"
    assert information.domain == "filesystem.databricks.com"
    message = information.metadata["unity_catalog_error_message"]
    assert message.startswith(f"Volume '{schema}.nowhere' does not exist.")


def test_missing_file_is_not_found(workspace: WorkspaceClient, volume: str) -> None:
    with refused(NotFound):
        download(workspace, f"{volume}/nowhere")
    with refused(NotFound):
        workspace.files.get_metadata(f"{volume}/nowhere")
    with refused(NotFound):
        workspace.files.delete(f"{volume}/nowhere")


def test_path_cannot_leave_the_volume(workspace: WorkspaceClient, volume: str, server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.admin_token}"}
    for escape in ("..%2F..%2F..%2Fescaped", "%2e%2e/escaped", "a/..%2f..%2fescaped"):
        url = f"{server.url}{FILES}{volume}/{escape}"
        assert requests.put(url, b"x", headers=headers, timeout=10).status_code in (400, 403, 404)
    assert not list(server.root.rglob("escaped"))


def test_metadata_describes_the_file(workspace: WorkspaceClient, volume: str) -> None:
    upload(workspace, f"{volume}/a.bin", b"x" * 1000)
    found = workspace.files.get_metadata(f"{volume}/a.bin")
    assert (found.content_length, found.content_type) == (1000, "application/octet-stream")
    assert parsedate_to_datetime(found.last_modified or "").year >= 2024
    downloaded = workspace.files.download(f"{volume}/a.bin")
    assert (downloaded.content_length, downloaded.last_modified) == (1000, found.last_modified)


def test_range_is_answered_in_part(workspace: WorkspaceClient, volume: str, server: Server) -> None:
    upload(workspace, f"{volume}/a.bin", b"0123456789")
    part = ranged(server, f"{volume}/a.bin", Range="bytes=2-4")
    assert (part.status_code, part.content) == (206, b"234")
    assert part.headers["content-range"] == "bytes 2-4/10"
    assert ranged(server, f"{volume}/a.bin", Range="bytes=7-").content == b"789"
    assert ranged(server, f"{volume}/a.bin", Range="bytes=-2").content == b"89"
    assert ranged(server, f"{volume}/a.bin", Range="bytes=10-").status_code == 416


def test_file_that_changed_fails_the_precondition(
    workspace: WorkspaceClient, volume: str, server: Server
) -> None:
    upload(workspace, f"{volume}/a.bin")
    modified = workspace.files.get_metadata(f"{volume}/a.bin").last_modified or ""
    since = {"If-Unmodified-Since": modified}
    assert ranged(server, f"{volume}/a.bin", **since).status_code == 200
    long_ago = {"If-Unmodified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}
    assert ranged(server, f"{volume}/a.bin", **long_ago).status_code == 412


def test_delete_removes_a_file(workspace: WorkspaceClient, volume: str) -> None:
    upload(workspace, f"{volume}/a.txt")
    workspace.files.delete(f"{volume}/a.txt")
    with refused(NotFound):
        download(workspace, f"{volume}/a.txt")


def test_directories_are_made_with_their_parents(workspace: WorkspaceClient, volume: str) -> None:
    workspace.files.create_directory(f"{volume}/a/b/c")
    workspace.files.create_directory(f"{volume}/a/b/c")
    workspace.files.get_directory_metadata(f"{volume}/a/b")
    with refused(NotFound):
        workspace.files.get_directory_metadata(f"{volume}/a/nowhere")


def test_directory_lists_files_and_directories(workspace: WorkspaceClient, volume: str) -> None:
    workspace.files.create_directory(f"{volume}/folder")
    upload(workspace, f"{volume}/a.txt", b"12345")
    found = {one.name: one for one in everything(workspace.files.list_directory_contents(volume))}
    assert set(found) == {"folder", "a.txt"}
    assert (found["folder"].is_directory, found["a.txt"].is_directory) == (True, False)
    assert (found["a.txt"].path, found["a.txt"].file_size) == (f"{volume}/a.txt", 5)
    assert (found["a.txt"].last_modified or 0) > 1_600_000_000_000, "not in milliseconds"


def test_directory_comes_in_pages(workspace: WorkspaceClient, volume: str) -> None:
    names = [f"f{index}" for index in range(5)]
    for name in names:
        upload(workspace, f"{volume}/{name}")
    cut = pages(workspace, f"{DIRECTORIES}{volume}", "contents", page_size=2)
    assert all(len(page) <= 2 for page in cut)
    assert sorted(entry["name"] for page in cut for entry in page) == names


def test_missing_directory_is_not_found(workspace: WorkspaceClient, volume: str) -> None:
    with refused(NotFound):
        everything(workspace.files.list_directory_contents(f"{volume}/nowhere"))


def test_directory_is_deleted_when_it_is_empty(workspace: WorkspaceClient, volume: str) -> None:
    upload(workspace, f"{volume}/folder/a.txt")
    with refused(DatabricksError):
        workspace.files.delete_directory(f"{volume}/folder")
    workspace.files.delete(f"{volume}/folder/a.txt")
    workspace.files.delete_directory(f"{volume}/folder")
    with refused(NotFound):
        workspace.files.get_directory_metadata(f"{volume}/folder")


def test_large_file_is_uploaded_and_downloaded_in_parts(
    workspace: WorkspaceClient, volume: str, tmp_path: Path
) -> None:
    source, copy, path = tmp_path / "source", tmp_path / "copy", f"{volume}/large.bin"
    source.write_bytes(os.urandom(MIB) * 200)
    workspace.files.upload_from(path, str(source))
    assert workspace.files.get_metadata(path).content_length == 200 * MIB
    workspace.files.download_to(path, str(copy), use_parallel=True)
    assert copy.read_bytes() == source.read_bytes()


def test_large_stream_comes_back_as_a_stream(workspace: WorkspaceClient, volume: str) -> None:
    content = os.urandom(MIB) * 200
    upload(workspace, f"{volume}/large.bin", content)
    assert download(workspace, f"{volume}/large.bin") == content


def initiate(workspace: WorkspaceClient, path: str) -> str:
    """Starts an upload in parts; its session token."""
    query = {"action": "initiate-upload", "overwrite": True}
    answer = workspace.api_client.do("POST", f"{FILES}{path}", query=query)
    assert isinstance(answer, dict)
    return answer["multipart_upload"]["session_token"]


def put_part(workspace: WorkspaceClient, path: str, token: str, number: int, part: bytes) -> str:
    """Uploads one part as anybody who has its URL; its ETag."""
    body = {
        "path": path,
        "session_token": token,
        "start_part_number": number,
        "count": 1,
        "expire_time": "2099-01-01T00:00:00Z",
    }
    answer = workspace.api_client.do("POST", "/api/2.0/fs/create-upload-part-urls", body=body)
    assert isinstance(answer, dict)
    [target] = answer["upload_part_urls"]
    assert target["part_number"] == number
    headers = {one["name"]: one["value"] for one in target.get("headers", [])}
    headers["Content-Type"] = "application/octet-stream"
    stored = requests.put(target["url"], part, headers=headers, timeout=10)
    assert stored.status_code in (200, 201)
    return stored.headers["ETag"]


def finish(workspace: WorkspaceClient, path: str, action: str, token: str, **body: object) -> None:
    query = {"action": action, "upload_type": "multipart", "session_token": token}
    workspace.api_client.do("POST", f"{FILES}{path}", query=query, body=body or None)


def test_parts_are_put_together_in_their_order(workspace: WorkspaceClient, volume: str) -> None:
    path = f"{volume}/parts.txt"
    token = initiate(workspace, path)
    etags = {number: put_part(workspace, path, token, number, b"%d" % number) for number in (2, 1, 3)}
    with refused(NotFound):
        workspace.files.get_metadata(path)
    parts = [{"part_number": number, "etag": etag} for number, etag in sorted(etags.items())]
    finish(workspace, path, "complete-upload", token, parts=parts)
    assert download(workspace, path) == b"123"


def test_aborted_upload_leaves_nothing(workspace: WorkspaceClient, volume: str) -> None:
    path = f"{volume}/parts.txt"
    token = initiate(workspace, path)
    put_part(workspace, path, token, 1, b"lost")
    finish(workspace, path, "abort-upload", token)
    with refused(NotFound):
        workspace.files.get_metadata(path)
    assert everything(workspace.files.list_directory_contents(volume)) == []


def test_download_url_needs_no_token_and_refuses_changes(workspace: WorkspaceClient, volume: str) -> None:
    upload(workspace, f"{volume}/a.txt")
    query = {"path": f"{volume}/a.txt", "expire_time": "2099-01-01T00:00:00Z"}
    answer = workspace.api_client.do("POST", "/api/2.0/fs/create-download-url", query=query)
    assert isinstance(answer, dict)
    headers = {one["name"]: one["value"] for one in answer.get("headers", [])}
    assert requests.get(answer["url"], headers=headers, timeout=10).content == b"content"
    assert requests.put(answer["url"], b"changed", headers=headers, timeout=10).status_code >= 400
    assert download(workspace, f"{volume}/a.txt") == b"content"
