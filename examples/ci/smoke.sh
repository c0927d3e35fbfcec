#!/bin/sh
# A job's first step: wait for the sandbox, take one of our own, and see it accept and refuse. Needs curl, nothing else.
#   MOCKPARS_URL    base URL of the service, such as http://localhost:8027
#   MOCKPARS_TOKEN  only where the service was started with one
set -eu
: "${MOCKPARS_URL:?say where the sandbox is}"
name="ci-$$-$(date +%s)"
control="$MOCKPARS_URL/_mockpars/sandboxes"
learners="$MOCKPARS_URL/sandboxes/$name/services/ACCMELearnerService.svc/IACCMELearnerServiceREST"

call() { curl -sS --fail-with-body --max-time 30 ${MOCKPARS_TOKEN:+-H "Authorization: Bearer $MOCKPARS_TOKEN"} "$@"; }
pars() { call -H 'Content-Type: application/xml; charset=utf-8' --data-binary @- "$@"; }
must() { case "$2" in *"$1"*) echo "ok: $3" ;; *) echo "FAILED: $3: $2" >&2; exit 1 ;; esac; }

for _ in $(seq 60); do curl -fsS -o /dev/null "$MOCKPARS_URL/_mockpars/ready" 2>/dev/null && break; sleep 0.5; done

created=$(call -H 'Content-Type: application/json' -d "{\"name\": \"$name\", \"ttl\": \"PT1H\"}" "$control")
must "\"$name\"" "$created" "a sandbox of our own, gone in an hour"

match='<SubmitMessage xmlns="http://schemas.datacontract.org/2004/07/BLL.Service"><User>ws-user@example.org</User>
<Password>sandbox</Password><ProviderId>0008273</ProviderId><Data>
<ar:LearnerMatchRequest xmlns:ar="http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"><ar:FirstName>James</ar:FirstName>
<ar:LastName>Holloway</ar:LastName><ar:DateOfBirth>1975-03-22</ar:DateOfBirth>
<ar:MedicalEducationNumber>1234567890</ar:MedicalEducationNumber></ar:LearnerMatchRequest></Data></SubmitMessage>'
must ">1</int>" "$(printf '%s' "$match" | pars "$learners/LearnerMatchRequest")" "James Holloway is one physician in PARS"
nobody=$(printf '%s' "$match" | sed 's/1975-03-22/1901-01-01/')
must ">0</int>" "$(printf '%s' "$nobody" | pars "$learners/LearnerMatchRequest")" "with another date of birth he is not"

must '"LearnerMatchRequest"' "$(call "$control/$name/journal")" "the journal has both"
call -o /dev/null -X DELETE "$control/$name"
echo "ok: the sandbox is deleted"
