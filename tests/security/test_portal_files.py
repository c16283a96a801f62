"""Hostile files: what the check of documents must see, whatever encoding, spelling or piece it lies in (I-04, T-09)."""

from __future__ import annotations

import pytest

from dsr.uploads import child
from dsr.uploads.codes import FileRefusal as Code
from dsr.uploads.judge import look
from tests.uploads import made

TEMPLATE = made.LINKS % b"attachedTemplate"
FIELD = (
    b'<w:document xmlns:w="urn:w"><w:fldChar w:fldCharType="begin"/><w:instrText> DDE</w:instrText>'
    b'<w:instrText>AUTO c:\\\\windows\\\\cmd.exe "/k x"</w:instrText><w:fldChar w:fldCharType="end"/></w:document>'
)
PLAIN = (
    b'<w:document xmlns:w="urn:w"><w:fldChar w:fldCharType="begin"/><w:instrText> HYPERLINK "https://example.com/hidden"'
    b'</w:instrText><w:fldChar w:fldCharType="end"/><w:t>DDEAUTO in my text, and a LINK</w:t></w:document>'
)


def _utf16(content: bytes) -> bytes:
    return '<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + content.decode().encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (made.docx(**{"word___rels__settings.xml.rels": _utf16(TEMPLATE)}), Code.ACTIVE),
        (
            made.docx(**{"word___rels__settings.xml.rels": TEMPLATE.replace(b"External", b"&#69;xternal")}),
            Code.ACTIVE,
        ),
        (made.docx(**{"word___rels__settings.xml.rels": b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + TEMPLATE}), Code.ACTIVE),
        (made.docx(**{"word__document.xml": FIELD}), Code.ACTIVE),
        (made.docx(**{"word__header1.xml": b'<w:fldSimple w:instr="INCLUDETEXT //x/y"/>'}), Code.ACTIVE),
        (made.docx(**{"word__document.xml": PLAIN}), None),
        (made.odt(_utf16(b'<a><script:event-listener x=""/></a>')), Code.ACTIVE),
        (made.odt(b'<a><draw:image xlink:href="https://example.com/seen.png"/></a>'), Code.ACTIVE),
        (made.odt(b'<a><text:section-source xlink:href="../secret.odt"/></a>'), Code.ACTIVE),
        (
            made.odt(b'<a><draw:image xlink:href="Pictures/1.png"/><text:a xlink:href="https://example.com/"/></a>'),
            None,
        ),
    ],
)
def test_a_document_hides_nothing_behind_an_encoding_a_spelling_or_pieces(content, code):
    form = look(content, name="letter").form

    assert child.attempt(form.value, content)[0] == (code.value if code else child.OK)


def test_a_text_never_opens_as_a_spreadsheet():
    """`=cmd|...` in a .csv runs on the computer of whoever opens it."""
    assert look(b"=cmd|'/c calc'!A1,x\n", name="list.csv").name == "list.csv.txt"
