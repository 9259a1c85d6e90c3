//! The page's own files, in the program: it needs nothing from anywhere else.

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asset {
    pub(crate) content_type: &'static str,
    pub(crate) text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! assets {
    ($($name:literal => $content_type:ident,)*) => {
        /// The file with this name; the page itself has none.
        pub(crate) fn asset(name: &str) -> Option<Asset> {
            match name {
                "" => Some(Asset { content_type: HTML, text: include_str!("../page/index.html") }),
                $($name => Some(Asset {
                    content_type: $content_type,
                    text: include_str!(concat!("../page/", $name)),
                }),)*
                _ => None,
            }
        }

        #[cfg(test)]
        const NAMES: &[&str] = &["", $($name,)*];
    };
}

assets! {
    "style.css" => CSS,
    "icon.svg" => SVG,
    "main.js" => SCRIPT,
    "api.js" => SCRIPT,
    "dom.js" => SCRIPT,
    "values.js" => SCRIPT,
    "overview.js" => SCRIPT,
    "rows.js" => SCRIPT,
    "row.js" => SCRIPT,
    "edit.js" => SCRIPT,
    "removal.js" => SCRIPT,
    "dirty.js" => SCRIPT,
    "feed.js" => SCRIPT,
    "plots.js" => SCRIPT,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would have to come from elsewhere, or would run a text as code.
    #[test]
    fn the_page_is_complete_and_makes_no_html_of_texts() {
        for name in NAMES {
            let text = asset(name).expect("it is listed").text;
            for forbidden in [
                "http:",
                "https:",
                "innerHTML",
                "outerHTML",
                "insertAdjacent",
                "eval(",
                "document.write",
                "srcdoc",
            ] {
                // The name of SVG's elements is an address that nobody fetches.
                let found = text.replace("http://www.w3.org/2000/svg", "");
                assert!(!found.contains(forbidden), "{name} has {forbidden}");
            }
        }
        let page = asset("").expect("the page").text;
        for part in page.split("src=\"").chain(page.split("href=\"")).skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            if !name.starts_with(['<', '#']) && !name.contains('<') {
                assert!(asset(name).is_some(), "{name} is not there");
            }
        }
        assert!(asset("../Cargo.toml").is_none());
    }
}
