//! Writes small PDFs.

/// A PDF under construction: objects are numbered in the order in which they are added.
#[derive(Default)]
pub(super) struct Builder {
    objects: Vec<Vec<u8>>,
    catalog: String,
    trailer: String,
}

impl Builder {
    /// One page of 200 by 100 points; its content is object 4, Helvetica is `/F`.
    pub(super) fn page(content: &str) -> Self {
        Self::page_with("/MediaBox[0 0 200 100]", content)
    }

    /// One page with these entries in its dictionary.
    pub(super) fn page_with(entries: &str, content: &str) -> Self {
        let mut builder = Self::default();
        builder.add("");
        builder.add("<</Type/Pages/Kids[3 0 R]/Count 1>>");
        builder.add(&format!(
            "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R/G 6 0 R>>>>{entries}>>"
        ));
        builder.stream("", content.as_bytes());
        builder.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
        builder
    }

    /// Adds an object; returns its number.
    pub(super) fn add(&mut self, object: &str) -> usize {
        self.objects.push(object.as_bytes().to_vec());
        self.objects.len()
    }

    /// Adds a stream with these entries in its dictionary; returns its number.
    pub(super) fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut object = format!("<</Length {}{entries}>>\nstream\n", data.len()).into_bytes();
        object.extend_from_slice(data);
        object.extend_from_slice(b"\nendstream");
        self.objects.push(object);
        self.objects.len()
    }

    /// Adds entries to the catalog.
    pub(super) fn catalog(&mut self, entries: &str) -> &mut Self {
        self.catalog.push_str(entries);
        self
    }

    /// Adds entries to the trailer.
    pub(super) fn trailer(&mut self, entries: &str) -> &mut Self {
        self.trailer.push_str(entries);
        self
    }

    /// The file.
    pub(super) fn finish(&self) -> Vec<u8> {
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (n, object) in self.objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{} 0 obj\n", n + 1).as_bytes());
            match n {
                0 => file.extend_from_slice(
                    format!("<</Type/Catalog/Pages 2 0 R{}>>", self.catalog).as_bytes(),
                ),
                _ => file.extend_from_slice(object),
            }
            file.extend_from_slice(b"\nendobj\n");
        }
        let start = file.len();
        let size = self.objects.len() + 1;
        let trailer = &self.trailer;
        file.extend_from_slice(table.as_bytes());
        file.extend_from_slice(
            format!("trailer\n<</Root 1 0 R/Size {size}{trailer}>>\nstartxref\n{start}\n%%EOF\n")
                .as_bytes(),
        );
        file
    }
}
