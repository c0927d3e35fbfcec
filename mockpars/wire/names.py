"""The names of the wire: namespaces, elements, and which operation takes which root (T5, A2, L1, D1)."""

from types import MappingProxyType
from typing import Final

BLL: Final = "http://schemas.datacontract.org/2004/07/BLL.Service"
ACCME: Final = "http://docs.accme.org/schemas/ACCMEActivities/v3/"
AR: Final = "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"
MEMS: Final = "http://ns.medbiq.org/metrics/v2/"
LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
HX: Final = "http://ns.medbiq.org/lom/extend/v1/"
EX: Final = "http://www.accme.org/ACCMEActivityExtension/v3"
SERIALIZATION: Final = "http://schemas.microsoft.com/2003/10/Serialization/"
SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"

# The prefixes people read in paths and messages, whatever the client wrote; the envelope needs none.
PREFIXES: Final = MappingProxyType(
    {BLL: "", ACCME: "accme", AR: "ar", MEMS: "mems", LOM: "lom", HX: "hx", EX: "ex", SERIALIZATION: ""}
)

# The envelope.
SUBMIT_MESSAGE: Final = f"{{{BLL}}}SubmitMessage"
USER: Final = f"{{{BLL}}}User"
PASSWORD: Final = f"{{{BLL}}}Password"
PROVIDER_ID: Final = f"{{{BLL}}}ProviderId"
REPORTING_YEAR: Final = f"{{{BLL}}}ReportingYear"
DATA: Final = f"{{{BLL}}}Data"

# What Data holds.
ACTIVITIES: Final = f"{{{ACCME}}}ACCMEActivities"
ACTIVITY_REQUEST: Final = f"{{{ACCME}}}ActivityRequest"
LEARNER_RECORDS: Final = f"{{{AR}}}ACCMELearnerRecords"
STATUS_REQUEST: Final = f"{{{AR}}}LearnerStatusRequest"
STATUS_BY_CREDIT_ID_REQUEST: Final = f"{{{AR}}}LearnerStatusByCreditIdRequest"
MATCH_REQUEST: Final = f"{{{AR}}}LearnerMatchRequest"

ROOT_OF: Final = MappingProxyType(
    {
        "SaveActivity": ACTIVITIES,
        "GetActivity": ACTIVITY_REQUEST,
        "SaveLearnerActivity": LEARNER_RECORDS,
        "GetLearnerStatus": STATUS_REQUEST,
        "GetLearnerStatusByCreditId": STATUS_BY_CREDIT_ID_REQUEST,
        "LearnerMatchRequest": MATCH_REQUEST,
    }
)
OPERATION_OF: Final = MappingProxyType({root: operation for operation, root in ROOT_OF.items()})

# The elements that repeat in a message, each judged on its own.
METRICS: Final = f"{{{MEMS}}}MedicalEducationMetrics"
LEARNER_RECORD: Final = f"{{{AR}}}LearnerRecord"
RECORD_OF: Final = MappingProxyType({ACTIVITIES: METRICS, LEARNER_RECORDS: LEARNER_RECORD})

# Whose values are personal: never repeated in messages to people.
DATE_OF_BIRTH: Final = f"{{{AR}}}DateOfBirth"
BIRTH_DATE: Final = f"{{{AR}}}BirthDate"


def split(tag: str) -> tuple[str, str]:
    """Return the namespace ("" for none) and the local name of a Clark name."""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return namespace, local
    return "", tag


def readable(tag: str) -> str:
    """Return a Clark name as people write it, such as `ar:DateOfBirth`; unknown namespaces go without."""
    namespace, local = split(tag)
    prefix = PREFIXES.get(namespace, "")
    return f"{prefix}:{local}" if prefix else local
