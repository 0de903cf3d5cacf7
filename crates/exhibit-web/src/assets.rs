//! The interface's own files: one style sheet, one script for keys, one icon. Compiled in; served under names that
//! contain their digest, so that a browser never mixes two versions.

use exhibit_model::Digest;
use std::sync::LazyLock;

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// Its address, such as `/static/style-0123456789abcdef.css`.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let digest = Digest::of(bytes).to_hex();
        Self { path: format!("/static/{stem}-{}.{ending}", &digest[..16]), media_type, bytes }
    }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("style", "css", "text/css; charset=utf-8", include_bytes!("../assets/style.css"))
});
static KEYS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("keys", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/keys.js"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "png", "image/png", include_bytes!("../assets/icon.png")));

/// The style sheet.
#[must_use]
pub fn style() -> &'static Asset {
    &STYLE
}

/// The script that presses controls when keys are typed.
#[must_use]
pub fn keys() -> &'static Asset {
    &KEYS
}

/// The icon.
#[must_use]
pub fn icon() -> &'static Asset {
    &ICON
}

/// The file at this address.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    [style(), keys(), icon()].into_iter().find(|asset| asset.path == path)
}
