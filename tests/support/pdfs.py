"""Small PDFs for tests, and the text of one."""

import io
import unicodedata

import typst
from pypdf import PdfReader


def pdf_of(*pages: str) -> bytes:
    """A PDF with one short text on each page, and a link on the first."""
    body = " #pagebreak() ".join(f'#"{page}"' for page in pages)
    source = f'#set page(width: 8cm, height: 6cm)\n#link("https://shop.example")[link] {body}'
    return typst.compile(source.encode(), format="pdf", timestamp=0)


def text_of(content: bytes) -> str:
    """The text of a PDF, its lines joined by spaces, places where a word may break taken out."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    plain = unicodedata.normalize("NFKC", " ".join(pages)).replace("\u200b", "")
    return " ".join(plain.split())
