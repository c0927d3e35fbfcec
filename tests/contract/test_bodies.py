"""Messages made from one valid base and named changes."""

from __future__ import annotations

from typing import Any

import pytest

from mockpars.contract import bodies, xmltree
from mockpars.contract.trouble import DataInvalid

AR = xmltree.PREFIXES["ar"]
BASE = f"""<SubmitMessage xmlns="{xmltree.PREFIXES["b"]}">
  <User>{{user}}</User>
  <Data><ar:Records xmlns:ar="{AR}"><ar:LearnerRecord>
    <ar:FirstName>{{name}}</ar:FirstName>
    <ar:Credits><ar:Credit><ar:CreditAmount>1.0</ar:CreditAmount></ar:Credit></ar:Credits>
  </ar:LearnerRecord></ar:Records></Data>
</SubmitMessage>"""
SCOPE = {"user": "u", "name": "Zoë & <Co>", "hours": "1.5"}


def built(**send: Any) -> str:
    return bodies.build(BASE, send, SCOPE)


def texts(document: str, path: str) -> list[str]:
    return [element.text or "" for element in xmltree.find_all(xmltree.parse(document), path)]


def test_the_base_alone_is_filled_in_and_escaped() -> None:
    document = built()
    assert texts(document, "FirstName") == ["Zoë & <Co>"]
    assert "Zoë &amp; &lt;Co&gt;" in document


def test_names_keep_their_namespaces_and_usual_prefixes() -> None:
    document = built()
    assert document.startswith(f'<SubmitMessage xmlns="{xmltree.PREFIXES["b"]}" xmlns:ar="{AR}">')
    assert "<ar:LearnerRecord>" in document


def test_set_puts_a_text_and_never_markup() -> None:
    assert texts(built(set={"CreditAmount": "<b>{hours}</b>"}), "CreditAmount") == ["<b>1.5</b>"]


def test_set_of_an_element_that_is_not_there_is_refused() -> None:
    with pytest.raises(DataInvalid, match="has no LastName"):
        built(set={"LastName": "x"})


def test_an_expression_in_an_element_that_is_set_is_never_read() -> None:
    scope = {key: value for key, value in SCOPE.items() if key != "name"}
    assert "<ar:FirstName>x</ar:FirstName>" in bodies.build(BASE, {"set": {"FirstName": "x"}}, scope)


def test_a_value_with_braces_is_not_read_again() -> None:
    assert texts(bodies.build(BASE, {"set": {"FirstName": "{name}"}}, {**SCOPE, "name": "{user}"}), "FirstName") == [
        "{user}"
    ]


def test_remove_add_and_rename() -> None:
    document = built(
        remove=["CreditAmount"],
        add={"after FirstName": "<ar:LastName>{name}</ar:LastName>", "Credit": "<ar:CreditType>MOC</ar:CreditType>"},
        rename={"Credits": "Kredits"},
    )
    root = xmltree.parse(document)
    record = xmltree.find(root, "LearnerRecord")
    assert [xmltree.local(child.tag) for child in record] == ["FirstName", "LastName", "Kredits"]
    assert texts(document, "Kredits/CreditType") == ["MOC"]
    assert texts(document, "LastName") == ["Zoë & <Co>"]


def test_repeat_makes_copies_each_with_its_own_changes() -> None:
    document = built(repeat={"LearnerRecord": [{"set": {"FirstName": "A{index}"}}, {}, {"remove": ["Credits"]}]})
    assert texts(document, "FirstName") == ["A1", "Zoë & <Co>", "Zoë & <Co>"]
    assert len(xmltree.find_all(xmltree.parse(document), "LearnerRecord[3]/Credits")) == 0


def test_repeat_by_number_counts_from_one() -> None:
    document = built(repeat={"LearnerRecord": {"times": 3, "set": {"FirstName": "N{index}"}}})
    assert texts(document, "FirstName") == ["N1", "N2", "N3"]


def test_prefixes_can_be_changed_without_changing_the_document() -> None:
    document = built(prefixes={"ar": "zz", "b": "q"})
    assert document.startswith("<q:SubmitMessage xmlns:q=")
    assert "<zz:LearnerRecord>" in document
    assert xmltree.parse(document).tag == xmltree.parse(built()).tag


def test_a_namespace_can_be_wrong_or_missing() -> None:
    assert xmltree.find(xmltree.parse(built(namespace={"Records": "urn:x"})), "Records").tag == "{urn:x}Records"
    assert xmltree.find(xmltree.parse(built(namespace={"User": ""})), "User").tag == "User"


def test_an_envelope_in_no_namespace_leaves_what_it_holds_in_theirs() -> None:
    root = xmltree.parse(built(namespace={"SubmitMessage": ""}))
    assert root.tag == "SubmitMessage"
    assert xmltree.find(root, "User").tag == f"{{{xmltree.PREFIXES['b']}}}User"
    assert xmltree.find(root, "Records").tag == f"{{{AR}}}Records"


@pytest.mark.parametrize("prefixes", [{"ar": ""}, {"b": "s", "ar": ""}], ids=["both", "the inner one"])
def test_namespaces_without_a_prefix_are_each_the_default_where_they_stand(prefixes: dict[str, str]) -> None:
    document = built(prefixes=prefixes)
    assert [element.tag for element in xmltree.parse(document).iter()] == [
        element.tag for element in xmltree.parse(built()).iter()
    ]


def test_attributes_can_be_added() -> None:
    assert xmltree.find(xmltree.parse(built(attributes={"Credit": {"a": "{hours}"}})), "Credit").get("a") == "1.5"


def test_a_replacement_must_have_something_to_replace() -> None:
    assert bodies.replace("a b", {"replace": {"b": "{hours}"}}, SCOPE) == "a 1.5"
    with pytest.raises(DataInvalid, match="does not contain 'c'"):
        bodies.replace("a b", {"replace": {"c": "d"}}, SCOPE)


@pytest.mark.parametrize("text", ["<!DOCTYPE a><a/>", "<a>", "", "\x00"])
def test_a_document_that_is_unsafe_or_broken_is_not_read(text: str) -> None:
    with pytest.raises(xmltree.NotXml):
        xmltree.parse(text)


def test_a_document_type_is_refused_in_utf_16_too() -> None:
    with pytest.raises(xmltree.NotXml, match="document type"):
        xmltree.parse("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".encode("utf-16"))
