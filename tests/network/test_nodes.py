from __future__ import annotations

import pytest

from app.network.nodes import Node, NodeError, WebNode, ae_title, parse_node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("PACS@10.0.0.1:104", Node("PACS", "10.0.0.1", 104)),
        (" MY PACS@pacs.hospital:11112 ", Node("MY PACS", "pacs.hospital", 11112)),
        ("PACS@[::1]:104", Node("PACS", "::1", 104)),
        ("http://127.0.0.1:8042/dicom-web/", WebNode("http://127.0.0.1:8042/dicom-web")),
    ],
)
def test_addresses_read_as_what_they_are_and_back(text: str, node: Node | WebNode) -> None:
    assert parse_node(text) == node
    assert parse_node(str(node)) == node


@pytest.mark.parametrize(
    "text",
    [
        "PACS",
        "PACS@host",
        "PACS@host:0",
        "PACS@host:65536",
        "@host:104",
        "SEVENTEEN_LETTERS@host:104",
        "http://",
        "ftp://a/b",
    ]
    + ["http://host:port/x", "https://user:secret@host/dicom-web", "http://host/x?y=1"],
)
def test_what_is_no_address_is_said_without_secrets(text: str) -> None:
    with pytest.raises(NodeError) as error:
        parse_node(text)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("title", ["", "   ", "A\\B", "SEVENTEEN_LETTERS", "Ä", "A\nB"])
def test_what_is_no_ae_title(title: str) -> None:
    with pytest.raises(NodeError):
        ae_title(title)
