"""The vault: key ring, sealed values, sealed files, blind index. Encrypted or not at all: a missing key is an error, never plaintext."""

from dsr.vault.blind import tokens
from dsr.vault.files import open_file, open_range, seal_file
from dsr.vault.keys import MissingKeyError, TamperedError, keyring, new_key, unwrap, wrap
from dsr.vault.sealing import canonical, open_sealed, seal

__all__ = [
    "MissingKeyError",
    "TamperedError",
    "canonical",
    "keyring",
    "new_key",
    "open_file",
    "open_range",
    "open_sealed",
    "seal",
    "seal_file",
    "tokens",
    "unwrap",
    "wrap",
]
