"""What a test reads in a printed certificate: its text, and where its code leads."""

from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import DictionaryObject


def text(content: bytes) -> str:
    """Words with single spaces, as lines break where type makes them."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def code(content: bytes) -> str:
    """The address that the code on the first page is also a link to."""
    (found,) = {address for address in links(content) if "/p/" in address}
    return found


def links(content: bytes) -> list[str]:
    annotations = [each.get_object() for each in PdfReader(BytesIO(content)).pages[0].get("/Annots", [])]
    actions = [each["/A"] for each in annotations if isinstance(each, DictionaryObject) and "/A" in each]
    return [str(action["/URI"]) for action in actions if isinstance(action, DictionaryObject)]
