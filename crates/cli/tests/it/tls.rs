//! TLS with authorities of one's own, and proxies.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::clxs::{Clxs, FILTERS, Ran};
use crate::server::{FixedAnswer, ok};

/// A workspace with a certificate for `localhost` of an authority that nobody knows.
struct Workspace {
    url: String,
    /// The authority's certificate, PEM.
    authority: String,
}

impl Workspace {
    fn start(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Proxy of the office");
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            );
        let url = serve(Arc::new(config.unwrap()));
        Self { url, authority: authority.pem() }
    }

    fn variables(&self) -> [(&str, &str); 2] {
        [("DATABRICKS_HOST", &self.url), ("DATABRICKS_TOKEN", "t")]
    }
}

fn serve(config: Arc<ServerConfig>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let tls = ServerConnection::new(config.clone()).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(tls, connection.unwrap()));
            let mut line = String::new();
            // A client that does not trust us ends the connection.
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            stream.get_mut().write_all(ok(r#"{"userName":"me@example.com"}"#).as_bytes()).ok();
        }
    });
    url
}

fn describe(clxs: &Clxs, workspace: &Workspace, more: &[(&str, &str)], flags: &[&str]) -> Ran {
    clxs.run_with(&[&workspace.variables()[..], more].concat(), &[&["auth", "describe"], flags].concat())
}

#[test]
fn certificate_of_an_unknown_authority_is_refused_at_once_by_its_name_and_with_the_fix() {
    let clxs = Clxs::new();
    let ran = describe(&clxs, &Workspace::start("localhost"), &[], &[]);
    assert_eq!(ran.code, 8, "{ran}");
    let filters = [&FILTERS[..], &[(r"in \d+\.\d s", "in [TIME]")]].concat();
    insta::with_settings!({ filters => filters }, { insta::assert_snapshot!(ran.stderr) });
}

#[test]
fn fix_for_an_unknown_authority_is_told_to_those_who_ask_for_their_token_first() {
    let workspace = Workspace::start("localhost");
    let variables = [
        ("DATABRICKS_HOST", workspace.url.as_str()),
        ("DATABRICKS_CLIENT_ID", "app"),
        ("DATABRICKS_CLIENT_SECRET", "s"),
    ];
    let ran = Clxs::new().run_with(&variables, &["auth", "describe"]);
    assert_eq!(ran.code, 8, "{ran}");
    assert!(
        ran.stderr.contains("CN=Proxy of the office") && ran.stderr.contains("with --ca-bundle"),
        "{ran}"
    );
}

#[test]
fn authority_of_a_bundle_is_trusted() {
    let clxs = Clxs::new();
    let workspace = Workspace::start("localhost");
    clxs.write("office.pem", &workspace.authority);
    for (variables, flags) in [
        (&[][..], &["--ca-bundle", "office.pem"][..]),
        (&[("CLXS_CA_BUNDLE", "office.pem")], &[]),
        (&[("SSL_CERT_FILE", "office.pem")], &[]),
    ] {
        let text = describe(&clxs, &workspace, variables, flags).success();
        assert!(text.contains("identity   me@example.com"), "{text}");
    }
}

#[test]
fn certificate_for_another_host_is_refused_even_of_a_trusted_authority() {
    let clxs = Clxs::new();
    let workspace = Workspace::start("elsewhere.example");
    clxs.write("office.pem", &workspace.authority);
    let ran = describe(&clxs, &workspace, &[], &["--ca-bundle", "office.pem"]);
    assert_eq!(ran.code, 8, "{ran}");
    assert!(
        ran.stderr.contains("elsewhere.example") && ran.stderr.contains("CN=Proxy of the office"),
        "{ran}"
    );
    // That no authority would mend.
    assert!(
        !ran.stderr.contains("--ca-bundle") && ran.stderr.contains("hint: check the workspace's URL"),
        "{ran}"
    );
}

#[test]
fn bundle_that_is_none_is_refused_before_anything_is_asked() {
    let clxs = Clxs::new();
    clxs.write("empty.pem", "no certificate\n");
    let variables = [("DATABRICKS_HOST", "https://x.example"), ("DATABRICKS_TOKEN", "t")];
    for file in ["empty.pem", "absent.pem"] {
        let ran = clxs.run_with(&variables, &["auth", "describe", "--ca-bundle", file]);
        assert_eq!(ran.code, 2, "{ran}");
        assert!(ran.stderr.contains(&format!("`{file}` cannot be used")), "{ran}");
    }
}

#[test]
fn proxy_of_the_environment_is_used_but_not_for_this_machine() {
    let clxs = Clxs::new();
    let proxy = FixedAnswer::json(|_| serde_json::json!({"userName": "seen-by-the-proxy"}));
    let describe = |host: &str| {
        let variables = [("DATABRICKS_HOST", host), ("DATABRICKS_TOKEN", "t"), ("HTTP_PROXY", proxy.url())];
        clxs.run_with(&variables, &["auth", "describe"]).success()
    };
    assert!(describe("http://workspace.example").contains("seen-by-the-proxy"));
    let direct = FixedAnswer::json(|_| serde_json::json!({"userName": "seen-by-the-workspace"}));
    assert!(describe(direct.url()).contains("seen-by-the-workspace"));
}
