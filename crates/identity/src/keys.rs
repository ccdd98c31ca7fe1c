//! The embedded suite's own signing key: made on the first start, kept in the
//! data directory, readable by its owner only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::elliptic_curve::rand_core::{OsRng, RngCore};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A key that cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file of the key cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds no such key.
    #[error("{path} holds no P-256 key: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// A P-256 key in PKCS#8 PEM, with its public half as a key set beside it.
pub struct EmbeddedKey {
    pem: String,
    jwks: String,
    jwks_file: PathBuf,
}

impl EmbeddedKey {
    /// Reads the key of a data directory; makes it when there is none.
    pub fn open(data: &Path) -> Result<Self, KeyError> {
        let folder = data.join("keys");
        let (key_file, jwks_file) = (folder.join("signing-key.pem"), folder.join("jwks.json"));
        let file_error = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyError::File { path, source }
        };
        fs::create_dir_all(&folder).map_err(file_error(&folder))?;
        if !key_file.exists() {
            let pem = new_key(&key_file)?;
            // Written whole under a name of its own, then linked: a crash leaves no half key,
            // and of two that start together the second finds the first one's.
            let fresh = write_beside(&key_file, &pem, 0o600).map_err(file_error(&key_file))?;
            let linked = fs::hard_link(&fresh, &key_file);
            fs::remove_file(&fresh).map_err(file_error(&fresh))?;
            match linked {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(file_error(&key_file)(error));
                }
                _ => {}
            }
        }
        let pem = fs::read_to_string(&key_file).map_err(file_error(&key_file))?;
        let jwks = public_set(&pem, &key_file)?;
        if fs::read_to_string(&jwks_file).ok().as_ref() != Some(&jwks) {
            let fresh = write_beside(&jwks_file, &jwks, 0o644).map_err(file_error(&jwks_file))?;
            fs::rename(&fresh, &jwks_file).map_err(file_error(&jwks_file))?;
        }
        Ok(Self { pem, jwks, jwks_file })
    }

    /// The private key, for signing.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The public key as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The file that holds the key set.
    #[must_use]
    pub fn jwks_file(&self) -> &Path {
        &self.jwks_file
    }
}

/// The id of the embedded key in its set.
pub const KEY_ID: &str = "embedded";

/// Writes a file under a name that nobody else uses, on the disk when this returns.
fn write_beside(path: &Path, text: &str, mode: u32) -> std::io::Result<PathBuf> {
    let mut name = [0u8; 8];
    OsRng.fill_bytes(&mut name);
    let fresh = path.with_extension(format!("{:016x}", u64::from_ne_bytes(name)));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(fresh)
}

fn new_key(path: &Path) -> Result<String, KeyError> {
    let key = SecretKey::random(&mut OsRng);
    let pem = key.to_pkcs8_pem(LineEnding::LF);
    let pem = pem.map_err(|why| KeyError::Unreadable { path: path.to_owned(), why: why.to_string() })?;
    Ok(pem.to_string())
}

fn public_set(pem: &str, path: &Path) -> Result<String, KeyError> {
    let key = SecretKey::from_pkcs8_pem(pem)
        .map_err(|why| KeyError::Unreadable { path: path.to_owned(), why: why.to_string() })?;
    let point = key.public_key().to_encoded_point(false);
    let coordinate =
        |bytes: Option<&[u8]>| bytes.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default();
    let x = coordinate(point.x().map(|x| x.as_slice()));
    let y = coordinate(point.y().map(|y| y.as_slice()));
    let set = serde_json::json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KEY_ID, "x": x, "y": y,
    }]});
    Ok(set.to_string())
}
