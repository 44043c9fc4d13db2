//! The texts of `safeStorage` where no keyring is: AES-128 in CBC mode, with the key that Chromium has for its backend `basic_text`, so
//! that Electron reads what is written here and the other way round. All know that key: it hides nothing from anybody who looks.

use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit as _};

/// Chromium's key for `basic_text`: PBKDF2 of "peanuts" and "saltysalt".
const KEY: [u8; 16] = [0xfd, 0x62, 0x1f, 0xe5, 0xa2, 0xb4, 0x02, 0x53, 0x9d, 0xfa, 0x14, 0x7c, 0xa9, 0x27, 0x27, 0x78];
const BEGINNING: [u8; 16] = [b' '; 16];
/// What was encrypted with that key begins so.
const PREFIX: &[u8] = b"v10";

/// What `safeStorage.encryptString` gives for a text's bytes.
#[must_use]
pub fn obscure(text: &[u8]) -> Vec<u8> {
    let encrypted = cbc::Encryptor::<Aes128>::new(&KEY.into(), &BEGINNING.into()).encrypt_padded_vec_mut::<Pkcs7>(text);
    [PREFIX, &encrypted].concat()
}

/// The text's bytes; `None` for what [`obscure`] or Chromium has not made.
#[must_use]
pub fn reveal(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = bytes.strip_prefix(PREFIX)?;
    cbc::Decryptor::<Aes128>::new(&KEY.into(), &BEGINNING.into()).decrypt_padded_vec_mut::<Pkcs7>(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_chromium_writes_it() {
        // echo -n hällo | openssl enc -aes-128-cbc -K fd621fe5a2b402539dfa147ca9272778 -iv 20202020202020202020202020202020
        let written = obscure("hällo".as_bytes());
        let hex: String = written.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "7631303bdb91298de7b5a9a6aa5cc9c61fcb81");
        assert_eq!(reveal(&written).as_deref(), Some("hällo".as_bytes()));
    }

    #[test]
    fn what_was_not_written_so_is_not_read() {
        let written = obscure(b"secret");
        for wrong in [&b"v10"[..], b"", b"v11abc", written.get(..written.len() - 1).expect("all but one")] {
            assert_eq!(reveal(wrong), None, "{wrong:?}");
        }
    }
}
