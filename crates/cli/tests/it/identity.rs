//! Service principals of the embedded workspace log in with id and secret, as on the platform.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::clxs::Clxs;
use crate::workspace::Server;

/// Asks a served workspace as its administrator.
fn post(server: &Server, token: &str, path: &str, body: &Value) -> Value {
    let address = server.url.strip_prefix("http://").unwrap();
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    serde_json::from_str(body.trim()).unwrap_or_else(|_| panic!("{answer}"))
}

#[test]
fn service_principal_gets_a_token_by_its_secret_and_is_who_it_is() {
    let clxs = Clxs::new();
    let server = Server::start(&clxs);
    let admin = fs_err::read_to_string(clxs.folder().join("w/admin.token")).unwrap();
    let principal = post(
        &server,
        admin.trim(),
        "/api/2.0/preview/scim/v2/ServicePrincipals",
        &json!({"displayName": "ci"}),
    );
    let path = format!(
        "/api/2.0/accounts/servicePrincipals/{}/credentials/secrets",
        principal["id"].as_str().unwrap()
    );
    let secret = post(&server, admin.trim(), &path, &json!({}));
    let id = principal["applicationId"].as_str().unwrap();
    let run = |secret: &str, arguments: &[&str]| {
        let variables = [
            ("DATABRICKS_HOST", server.url.as_str()),
            ("DATABRICKS_CLIENT_ID", id),
            ("DATABRICKS_CLIENT_SECRET", secret),
            ("DATABRICKS_WAREHOUSE_ID", "local"),
        ];
        clxs.run_with(&variables, arguments)
    };
    let secret = secret["secret"].as_str().unwrap();
    let description = run(secret, &["auth", "describe"]).success();
    assert!(description.contains("method     oauth-m2m") && description.contains(id), "{description}");
    let who = run(secret, &["sql", "SELECT current_user() AS me", "--output", "csv"]).success();
    assert_eq!(who, format!("me\n{id}\n"));
    let refused = run("wrong", &["auth", "describe"]);
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.stderr.contains("invalid_client"), "{refused}");
    server.stop("-TERM");
}
