"""Bad input: a 4xx with a reason in the one tested shape, never a 5xx, never a traceback, and nothing changed."""

from __future__ import annotations

from random import Random

import pytest

from tests import support
from tests.support import Served

SAMPLE = support.sample("SaveLearnerActivity")
ACTIVITY = support.sample("SaveActivity")
AR = 'xmlns:ar="http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"'
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


def _deep(levels: int) -> str:
    return SAMPLE.replace("<Data>", "<Data>" + "<a>" * levels + "</a>" * levels, 1)


SEEDED = Random(7)  # noqa: S311 - a failure should repeat; nothing here is secret
BAD: dict[str, str | bytes] = {
    "nothing": b"",
    "white space": b" \n\t ",
    "a byte-order mark alone": b"\xef\xbb\xbf",
    "JSON": b'{"User": "ws-user@example.org"}',
    "text": b"Hello",
    "HTML": b"<html><body><p>Hello<br></body></html>",
    "a form": b"User=a&Password=b",
    "a cut document": SAMPLE[:600],
    "cut in a tag": SAMPLE[: SAMPLE.index("FirstName") + 4],
    "cut in the middle of a letter": SAMPLE.replace("James", "Jámes").encode()[: SAMPLE.index("James") + 2],
    "two documents": SAMPLE + SAMPLE,
    "text after the end": SAMPLE + "x",
    "an unescaped ampersand": SAMPLE.replace("James", "James & John"),
    "an unknown entity": SAMPLE.replace("James", "James&nbsp;"),
    "a control character": SAMPLE.replace("James", "Ja\x01mes"),
    "a reference to a control character": SAMPLE.replace("James", "Ja&#1;mes"),
    "a reference to half a character": SAMPLE.replace("James", "Ja&#xD800;mes"),
    "a NUL": SAMPLE.replace("James", "Ja\x00mes"),
    "a DTD": "<!DOCTYPE SubmitMessage>" + SAMPLE,
    "an external DTD": '<!DOCTYPE SubmitMessage SYSTEM "http://127.0.0.1:9/x.dtd">' + SAMPLE,
    "an external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SAMPLE.replace("James", "&e;"),
    "a bomb": BOMB + SAMPLE.replace("James", "&j;"),
    "deep nesting": _deep(100),
    "very deep nesting": _deep(100_000),
    "a wrong namespace": SAMPLE.replace("ACCMELearnerRecords/v1/", "ACCMELearnerRecords/v2/"),
    "no namespace": SAMPLE.replace(' xmlns="http://schemas.datacontract.org/2004/07/BLL.Service"', ""),
    "no Data": SAMPLE[: SAMPLE.index("<Data>")] + "</SubmitMessage>",
    "an empty Data": SAMPLE[: SAMPLE.index("<Data>")] + "<Data/></SubmitMessage>",
    "two payloads": SAMPLE.replace("</Data>", f"<ar:LearnerMatchRequest {AR}/></Data>"),
    "no provider": SAMPLE.replace("<ProviderId>0008273</ProviderId>", ""),
    "parts in another order": SAMPLE.replace("<ProviderId>0008273</ProviderId>", "").replace(
        "<User>", "<ProviderId>0008273</ProviderId><User>"
    ),
    "an unknown element": SAMPLE.replace("<ar:Credits>", "<ar:Grade>A</ar:Grade><ar:Credits>"),
    "an unknown attribute": SAMPLE.replace("<ar:LearnerRecord>", '<ar:LearnerRecord id="1">'),
    "stray text": SAMPLE.replace("<ar:Credits>", "<ar:Credits>x"),
    "a lower-case element": SAMPLE.replace("ar:FirstName", "ar:firstName"),
    "an empty name": SAMPLE.replace("James", ""),
    "an endless name": SAMPLE.replace("James", "J" * 300_000),
    "no records": SAMPLE[: SAMPLE.index("<ar:LearnerRecord>")] + SAMPLE[SAMPLE.index("</ar:ACCME") :],
    "an NPI of nine digits": SAMPLE.replace("1234567890", "123456789"),
    "an NPI in other digits": SAMPLE.replace("1234567890", "١٢٣٤٥٦٧٨٩٠"),
    "an impossible date": SAMPLE.replace("1975-03-22", "1975-02-30"),
    "an American date": SAMPLE.replace("2026-05-06</ar:Comp", "05/06/2026</ar:Comp"),
    "the year zero": SAMPLE.replace("2026-05-06</ar:Comp", "0000-01-01</ar:Comp"),
    "the hour 24": SAMPLE.replace("2026-05-06</ar:Comp", "2026-05-06T24:00:00</ar:Comp"),
    "an unknown action": SAMPLE.replace(
        "</ar:Credits>", "</ar:Credits><ar:LearnerRecordAction>Edit</ar:LearnerRecordAction>"
    ),
    "xsi:nil": SAMPLE.replace(
        "<ar:Credits>", '<ar:Credits xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">'
    ),
    "xsi:type": SAMPLE.replace(
        "<ar:FirstName>", '<ar:FirstName xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="no:such">'
    ),
    "UTF-32": SAMPLE.encode("utf-32"),
    "UTF-16 called UTF-8": ('<?xml version="1.0" encoding="utf-8"?>' + SAMPLE).encode("utf-16"),
    "UTF-8 called UTF-16": '<?xml version="1.0" encoding="utf-16"?>' + SAMPLE,
    "Latin-1 called UTF-8": SAMPLE.replace("James", "Jámes").encode("latin-1"),
    "XML 1.1": '<?xml version="1.1"?>' + SAMPLE.replace("James", "Ja&#1;mes"),
    "random bytes": SEEDED.randbytes(5000),
    "a zip file": b"PK\x03\x04" + SEEDED.randbytes(500),
    "SOAP inside": SAMPLE.replace("<Data>", '<Data xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Envelope/>'),
    "XInclude": SAMPLE.replace(
        "<ar:Credits>", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><ar:Credits>'
    ),
    "five hundred kinds of wrong": SAMPLE.replace(
        "<ar:LearnerRecord>", "<ar:LearnerRecord><ar:X/></ar:LearnerRecord>" * 600 + "<ar:LearnerRecord>", 1
    ),
    **{
        f"declared as {name}": f'<?xml version="1.0" encoding="{name}"?>' + SAMPLE
        for name in ("idna", "punycode", "undefined", "utf-7", "cp037", "rot13", "hex", "unicode_escape", "x", "utf-32")
    },
    "half an escape called unicode_escape": b'<?xml version="1.0" encoding="unicode_escape"?><a>\\ud800</a>',
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_a_reason_and_changes_nothing(ready: Served, name: str) -> None:
    """4xx, a Fault (its shape is judged by `Served`), and the server goes on."""
    answer = ready.post("SaveLearnerActivity", BAD[name])
    assert 400 <= answer.status < 500, answer.body
    assert answer.root.tag.endswith("}Fault")
    assert answer.one("Reason")
    assert "Traceback" not in answer.body.decode()
    assert "root:" not in answer.body.decode()
    assert ready.counts() == (1, 0)
    assert ready.journal()[0]["outcome"] == "Refused"
    assert ready.post("SaveLearnerActivity").one("Result") == "Accepted"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<hx:startDateTime>2026-01-01", "<hx:startDateTime>soon"),
        ("<lom:entry>AMC-HIPAA-2025-V4", "<lom:entry>"),
        ("<XtensibleInfo>", "<Xtensible>"),
        ("<ex:activityRecordAction>Add", "<ex:activityRecordAction>Replace"),
        ("<ex:closeActivityRecord>false", "<ex:closeActivityRecord>maybe"),
        ("<hx:numberOfCredits>1.0", "<hx:numberOfCredits>" + "9" * 300),
        ("<ReportingYear>2026", "<ReportingYear>soon"),
        ("<MedicalEducationMetrics>", "<MedicalEducationMetrics><x/>"),
        ("http://ns.medbiq.org/metrics/v2/", "http://ns.medbiq.org/metrics/v1/"),
    ],
)
def test_a_bad_activity_is_refused(served: Served, old: str, new: str) -> None:
    """In the same shape."""
    assert old in ACTIVITY
    answer = served.post("SaveActivity", ACTIVITY.replace(old, new))
    assert 400 <= answer.status < 500
    assert answer.root.tag.endswith("}Fault")
    assert served.counts() == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["SaveActivity", "SaveLearnerActivity", "LearnerMatchRequest"])
def test_no_mutation_of_a_message_makes_the_server_fail(served: Served, operation: str) -> None:
    """Bytes changed, dropped, doubled at random places: any verdict, but never a 5xx."""
    draw = Random(f"mutate {operation}")  # noqa: S311 - a failure should repeat; nothing here is secret
    sample = support.sample(operation).encode()
    seen = set()
    for _ in range(600):
        body = bytearray(sample)
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(body))
            match draw.randrange(4):
                case 0:
                    body[at] = draw.randrange(256)
                case 1:
                    del body[at : at + draw.randint(1, 40)]
                case 2:
                    body[at:at] = body[at : at + draw.randint(1, 60)]
                case _:
                    body[at:at] = draw.choice(
                        [b"&#x0;", b"<x/>", b"]]>", b"<!--", b"<?", b"&lt;", b"\xff\xfe", b"9" * 30]
                    )
        answer = served.post(operation, bytes(body))
        assert answer.status < 500, bytes(body)
        seen.add(answer.status)
    assert 400 in seen
    assert seen & {200, 401}


@pytest.mark.parametrize(
    "query",
    [
        "AccmeActivityID=%00",
        "AccmeActivityID=%FF%FE",
        "AccmeActivityID=%ED%A0%80",
        "ProviderActivityID=%3Cscript%3E%5D%5D%3E",
        "AccmeActivityID=" + "9" * 9000,
        "ProviderActivityID=" + "x" * 9000,
        "AccmeActivityID=1&AccmeActivityID=2",
        "%ED%A0%80=1",
        "&&&=&==",
        "AccmeActivityID=-1",
        "AccmeActivityID=1e9",
        "AccmeActivityID=٣",
    ],
)
def test_a_hostile_query_is_answered_and_escaped(ready: Served, query: str) -> None:
    """Valid XML whatever is echoed."""
    for operation in ("GetActivity", "GetLearnerStatusByCreditId"):
        named = query.replace("AccmeActivityID", "CreditId") if operation != "GetActivity" else query
        answer = ready.request(
            "GET", support.path_of(operation), query_string=named, headers={"Authorization": support.basic()}
        )
        assert answer.status < 500
        assert b"<script" not in answer.body


@pytest.mark.parametrize(
    "path", ["/services/" + "x" * 6000, "/services/%00%01", "/services/%ED%A0%80", "/services/<b>", "/services/.."]
)
def test_a_hostile_path_is_answered_and_escaped(served: Served, path: str) -> None:
    """404 in the same shape."""
    answer = served.request("GET", path)
    assert (answer.status, answer.codes) == (404, ["NotFound"])
    assert b"<b>" not in answer.body


@pytest.mark.parametrize("name", ["X-Mockpars-Scenario", "Content-Type", "User-Agent", "Authorization", "Accept"])
@pytest.mark.parametrize("value", ["\x7f\xff\xe9", "<b>" * 3000, "' OR 1=1 --", "é", 'a;b=c;;;=;"', "%00"])
def test_a_hostile_header_is_no_reason_to_fail(served: Served, name: str, value: str) -> None:
    """Refused or ignored."""
    media = value if name == "Content-Type" else support.XML
    headers = {} if name == "Content-Type" else {name.replace("-", "_"): value}
    assert served.post("SaveActivity", media=media, **headers).status < 500
    served.journal()
