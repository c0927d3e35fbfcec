#!/bin/sh
# Reports one completion to PARS: a completion event as JSON on stdin, what became of it as JSON on stdout
# (docs/client-protocol.md). Needs a POSIX shell, awk, sed and curl. Settings by environment: ACCME_PARS_USER,
# ACCME_PARS_PASSWORD, ACCME_PROVIDER_ID, ACCME_ENV (sandbox; production also needs --allow-production),
# ACCME_ACTIVITY_URL and ACCME_LEARNER_URL to point at a mock, ACCME_TIMEOUT in seconds.
# Exit codes: 0 accepted, 1 rejected or not submitted, 2 nothing usable came back, 3 event or settings are unusable.

set -u
LC_ALL=C # bytes are bytes: awk writes UTF-8 itself
export LC_ALL
umask 077 # the files below hold credentials, for as long as this runs

attempts=5
longest_wait=60 # seconds; a longer Retry-After ends the trying
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# answer OUTCOME CREDIT_ID CODES STATUS REASON: prints the result and ends. Once PARS has accepted the completion
# ($accepted is its credit ID), a status that cannot be read does not change that.
accepted=
answer() {
    [ "$1" = Error ] && [ -n "$accepted" ] && set -- Accepted "$accepted" "" Submitted "$5"
    printf '{"outcome": "%s", "credit_id": %s, "codes": [%s], "status": %s, "reason": %s}\n' \
        "$1" "$(quoted "$2")" "$(echo $3 | sed 's/ /, /g')" "$(quoted "$4")" "$(quoted "$5")"
    case $1 in Accepted) exit 0 ;; Rejected) exit 1 ;; Error) exit 2 ;; *) exit 3 ;; esac
}
unusable() { printf '{"outcome": "Error", "credit_id": null, "codes": [], "status": null, "reason": %s}\n' "$(quoted "$1")"; exit 3; }
quoted() { if [ -n "$1" ]; then printf '"%s"' "$(printf %s "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g')"; else printf null; fi; }

# --- the event: JSON flattened to lines such as `learner.npi=1234567890`; \u escapes become UTF-8

cat > "$work/json.awk" <<'AWK'
function fail() { print "!malformed"; exit }
function space() { while (substr(text, at, 1) ~ /[ \t\r\n]/) at++ }
function hex(digits,   i, value) {
    if (digits !~ /^[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]$/) fail()
    for (i = 1; i <= 4; i++) value = value * 16 + index("0123456789abcdef", tolower(substr(digits, i, 1))) - 1
    return value
}
function utf8(code) {
    if (code < 128) return sprintf("%c", code)
    if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
    if (code < 65536) return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
    return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
}
function string(   out, c, code) {
    at++
    while ((c = substr(text, at, 1)) != "\"") {
        if (c == "") fail()
        if (c == "\\") {
            c = substr(text, ++at, 1)
            if (c == "u") {
                code = hex(substr(text, at + 1, 4)); at += 4
                if (code >= 55296 && code < 56320 && substr(text, at + 1, 2) == "\\u") {
                    code = 65536 + (code - 55296) * 1024 + hex(substr(text, at + 3, 4)) - 56320; at += 6
                }
                c = code < 32 ? " " : utf8(code)
            } else if (c ~ /[bfnrt]/) c = " "
        }
        out = out c; at++
    }
    at++
    return out
}
function value(path,   c, key, n, start) {
    space(); c = substr(text, at, 1)
    if (c == "\"") { print path "=" string(); return }
    if (c == "{" || c == "[") {
        at++; space()
        while ((substr(text, at, 1)) !~ /[}\]]/) {
            if (c == "{") { space(); if (substr(text, at, 1) != "\"") fail(); key = string(); space(); if (substr(text, at++, 1) != ":") fail() }
            else key = n++
            value(path (path == "" ? "" : ".") key); space()
            if (substr(text, at, 1) == ",") at++
            else if (substr(text, at, 1) !~ /[}\]]/) fail()
            space()
        }
        at++; return
    }
    start = at
    while (substr(text, at, 1) ~ /[-+.0-9a-zA-Z]/) at++
    if (at == start) fail()
    key = substr(text, start, at - start)
    if (key != "null") print path "=" key
}
{ text = text $0 "\n" }
END { at = 1; value("") }
AWK

# field NAME [DEFAULT]: a value of the event, without space around it.
field() {
    found=$(sed -n "s/^$(printf %s "$1" | sed 's/\./\\./g')=//p" "$work/event" | sed -n '1{s/^ *//;s/ *$//;p;}')
    printf %s "${found:-${2-}}"
}

# day TEXT: its calendar day as it was written; nothing is shifted, as PARS does with times.
day() { printf '%s\n' "$1" | sed -n 's/^\([0-9]\{4\}-[01][0-9]-[0-3][0-9]\)\([T ].*\)\{0,1\}$/\1/p'; }

# --- messages

escaped() { printf %s "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'; }
tag() { [ -n "$2" ] && printf '<%s>%s</%s>' "$1" "$(escaped "$2")" "$1"; }

AR='xmlns:ar="http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"'
ACCME='xmlns:accme="http://docs.accme.org/schemas/ACCMEActivities/v3/"'

# envelope DATA [REPORTING_YEAR]: writes the message to send next.
envelope() {
    printf '<?xml version="1.0" encoding="utf-8"?><SubmitMessage xmlns="%s">%s%s%s%s<Data>%s</Data></SubmitMessage>' \
        "http://schemas.datacontract.org/2004/07/BLL.Service" "$(tag User "$ACCME_PARS_USER")" \
        "$(tag Password "$ACCME_PARS_PASSWORD")" "$(tag ProviderId "$ACCME_PROVIDER_ID")" \
        "$(tag ReportingYear "${2-}")" "$1" > "$work/message"
}

identity() {
    tag ar:FirstName "$first"; tag ar:LastName "$last"; tag ar:DateOfBirth "$born"; tag ar:MedicalEducationNumber "$npi"
}

# learner_record INNER: a SaveLearnerActivity document around what differs.
learner_record() {
    printf '<ar:ACCMELearnerRecords %s><ar:LearnerRecord>' "$AR"
    identity
    tag ar:ProviderID "$ACCME_PROVIDER_ID"; tag ar:ProviderActivityID "$course"; tag ar:AccmeActivityID "$activity"
    printf '%s</ar:LearnerRecord></ar:ACCMELearnerRecords>' "$1"
}

course_document() {
    year=${starts%%-*}
    printf '<accme:ACCMEActivities %s xmlns="http://ns.medbiq.org/metrics/v2/"' "$ACCME"
    printf ' xmlns:ex="http://www.accme.org/ACCMEActivityExtension/v3" xmlns:lom="http://ltsc.ieee.org/xsd/LOM"'
    printf ' xmlns:hx="http://ns.medbiq.org/lom/extend/v1/"><MedicalEducationMetrics><ReportDescription>'
    tag ReportingStartDate "$year-01-01"; tag ReportingEndDate "$year-12-31"
    printf '</ReportDescription><lom:lom><lom:general><lom:identifier>'
    tag lom:catalog "Provider Activity ID"; tag lom:entry "$course"
    printf '</lom:identifier><lom:title>%s</lom:title></lom:general>' "$(tag lom:string "$title")"
    printf '<hx:healthcareMetadata><hx:healthcareEducation><hx:credits>'
    tag hx:activityCertification "AMA PRA Category 1"; tag hx:numberOfCredits "$hours"
    printf '</hx:credits>'
    tag hx:startDateTime "$starts"; tag hx:endDateTime "$ends"; tag hx:activitySponsorship direct
    printf '<hx:activityFormat>%s</hx:activityFormat>' "$(tag lom:string "$format")"
    tag hx:commercialSupport "$support"
    printf '</hx:healthcareEducation></hx:healthcareMetadata></lom:lom><XtensibleInfo>'
    tag ex:CreditClaimDate "$claim"; tag ex:ForPublicList true
    tag ex:activityRecordAction Add; tag ex:closeActivityRecord false
    printf '</XtensibleInfo></MedicalEducationMetrics></accme:ACCMEActivities>'
}

# --- calls

# text NAME: the text of the first element of that local name in the answer.
text() { sed 's/></>\
</g' "$work/body" | sed -n "s/^<\([A-Za-z0-9_.-]*:\)\{0,1\}$1\([ ][^>]*\)\{0,1\}>\([^<]*\)<.*/\3/p" | sed -n 1p; }
# codes: every rejection code in the answer.
codes() { sed 's/></>\
</g' "$work/body" | sed -n 's/^<\([A-Za-z0-9_.-]*:\)\{0,1\}Code>\([0-9][0-9]*\)<.*/\2/p' | awk '!seen[$0]++' | tr '\n' ' '; }

# whole ROOT: whether the answer is one whole document with that root, and without a document type declaration.
whole() {
    tr '\r\n' '  ' < "$work/body" | sed 's/^ *<?xml[^>]*?> *//; s/ *$//' > "$work/flat"
    ! grep -q '<!' "$work/flat" && grep -Eq "^<([A-Za-z0-9_.-]+:)?$1[ >].*</([A-Za-z0-9_.-]+:)?$1>\$" "$work/flat"
}

# call SERVICE OPERATION ROOT: sends the message once. 0 a good answer, 1 the request itself was refused,
# 2 trouble that certainly had no effect, 3 unclear trouble. $trouble says what, $retry_after how long to wait.
call() {
    retry_after=
    # Credentials go through files, never through arguments, which every process on the machine can read.
    printf 'user = "%s"\n' "$(printf %s "$ACCME_PARS_USER:$ACCME_PARS_PASSWORD" | sed 's/[\\"]/\\&/g')" > "$work/curlrc"
    http=$(curl --silent --show-error --config "$work/curlrc" --tlsv1.2 --connect-timeout 5 \
        --max-time "${ACCME_TIMEOUT:-30}" --max-filesize 16777216 --header 'Content-Type: application/xml; charset=utf-8' \
        --header 'Expect:' --data-binary "@$work/message" --dump-header "$work/headers" --output "$work/body" \
        --write-out '%{http_code}' "$1/$2" 2> "$work/complaint")
    problem=$?
    trouble="$2: HTTP $http"
    case $problem in
        0) ;;
        5 | 6 | 7 | 35 | 60) trouble="$2: PARS cannot be reached"; return 2 ;; # before anything was sent
        *) trouble="$2: no whole answer (curl $problem)"; return 3 ;;
    esac
    case $http in
        200) whole "$3" && return 0; trouble="$2: the answer is not one of PARS"; return 3 ;;
        429 | 408 | 5??)
            retry_after=$(sed -n 's/^[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *\([0-9][0-9]*\).*/\1/p' "$work/headers" | sed -n 1p)
            [ "$http" = 429 ] && return 2
            return 3 ;;
    esac
    trouble="$trouble $(text Code)"
    return 1
}

# pause ATTEMPT: waits as long as PARS asks, or longer each time; fails when there should be no further attempt.
pause() {
    [ "$1" -lt "$attempts" ] || return 1
    wait=${retry_after:-$((1 << ($1 - 1)))}
    [ "$wait" -le "$longest_wait" ] && sleep "$wait"
}

# ask SERVICE OPERATION ROOT: a read; any trouble is tried again. Ends the program when patience is exhausted.
ask() {
    cp "$work/message" "$work/question"
    n=1
    while :; do
        cp "$work/question" "$work/message"
        call "$@"
        case $? in 0) return 0 ;; 1) return 1 ;; esac
        pause $n || answer Error "" "" "" "$trouble; tried $n times"
        n=$((n + 1))
    done
}

# save SERVICE OPERATION ROOT LOOK: what had no effect is tried again. After an unclear outcome LOOK says whether it
# took effect ($looked is then set), and the message is sent again only if it did not.
save() {
    cp "$work/message" "$work/saving"
    m=1 unclear= looked=
    while :; do
        cp "$work/saving" "$work/message"
        call "$1" "$2" "$3"
        case $? in
            0) case " $(codes) " in *" 304 "*) [ -n "$unclear" ] && cp "$work/body" "$work/kept" && { "$4" && looked=yes || cp "$work/kept" "$work/body"; } ;; esac
               return 0 ;;
            1) return 1 ;;
            3) unclear=yes what=$trouble again=$retry_after
               "$4" && looked=yes && return 0
               trouble=$what retry_after=$again ;;
        esac
        pause $m || answer Error "" "" "" "$trouble; tried $m times"
        m=$((m + 1))
    done
}

# --- operations

# find_status DATA OPERATION: 0 found, 1 there is none. Anything else ends the program.
find_status() {
    envelope "$1"
    ask "$learners" "$2" LearnerStatusResponse && return 0
    [ "$http" = 404 ] && [ "$(text Code)" = NotFound ] && return 1
    answer Error "" "" "" "$trouble"
}
by_credit() { find_status "<ar:LearnerStatusByCreditIdRequest $AR>$(tag ar:CreditId "$1")</ar:LearnerStatusByCreditIdRequest>" GetLearnerStatusByCreditId; }
by_learner() {
    find_status "<ar:LearnerStatusRequest $AR>$(tag ar:moduleID "$activity")$(tag ar:BirthDate "$born")$(tag ar:CompletionDate "$completed")$(tag ar:UniqueID "$npi")</ar:LearnerStatusRequest>" GetLearnerStatus
}
is_gone() { ! by_learner; }

follow_up() {
    by_credit "$1" || answer Error "$1" "" "" "PARS has no record with that credit ID."
    status=$(text Status)
    [ "$status" = Rejected ] && answer Rejected "$1" "$(codes)" "$status" "A board rejected the record."
    answer Accepted "$1" "" "$status" ""
}

find_activity() {
    envelope "<accme:ActivityRequest $ACCME>$(tag accme:ProviderActivityID "$course")</accme:ActivityRequest>"
    ask "$activities" GetActivity GetActivityResponse || answer Error "" "" "" "$trouble"
    activity=
    [ "$(text Result)" = Accepted ] && activity=$(text AccmeActivityID)
    [ -n "$activity" ]
}

register() {
    find_activity && return
    envelope "$(course_document)" "${starts%%-*}"
    save "$activities" SaveActivity SaveActivityResponse find_activity || answer Error "" "" "" "$trouble"
    [ -n "$looked" ] && return
    [ "$(text Result)" = Accepted ] || answer Rejected "" "$(codes)" "" "PARS rejected the course."
    activity=$(text AccmeActivityID)
}

submit() { # LOOK
    save "$learners" SaveLearnerActivity SaveLearnerActivityResponse "$1" || answer Error "" "" "" "$trouble"
}

delete() {
    by_credit "$1" || return 0
    kept=$completed completed=$(text CompletionDate)
    envelope "$(learner_record "$(tag ar:CompletedDateTime "$completed")$(tag ar:LearnerRecordAction Delete)")"
    submit is_gone
    [ -n "$looked" ] || [ "$(text Result)" = Accepted ] || answer Rejected "" "$(codes)" "" "The record could not be deleted."
    completed=$kept
}

# --- settings

for name in ACCME_PARS_USER ACCME_PARS_PASSWORD ACCME_PROVIDER_ID; do
    eval "value=\${$name-}"
    [ -n "$value" ] || unusable "$name is not set."
done
case ${ACCME_ENV:-sandbox} in
    sandbox) activities=https://pars03nsbgateways02.azure-api.net learners=https://pars03nsbgateways01.azure-api.net ;;
    production) activities=https://pars.accme.org learners=https://pars.accme.org ;;
    *) unusable "ACCME_ENV must be sandbox or production." ;;
esac
activities=${ACCME_ACTIVITY_URL:-$activities/services/ACCMEService.svc/IACCMEServiceREST}
learners=${ACCME_LEARNER_URL:-$learners/services/ACCMELearnerService.svc/IACCMELearnerServiceREST}
case "${ACCME_ENV:-sandbox} $activities $learners" in
    production* | *accme.org*) [ "${1-}" = --allow-production ] || unusable "Production needs --allow-production." ;;
esac

# --- the workflow

awk -f "$work/json.awk" > "$work/event"
grep -q '^!malformed' "$work/event" && unusable "The event is not JSON."
kind=$(field event completion) previous=$(field previous.credit_id)
case $kind in
    check-status) id=$(field credit_id); [ -n "$id" ] || unusable "The event has no credit_id."; follow_up "$id" ;;
    completion | correction) ;;
    *) answer Unsupported "" "" "" "unknown event $kind" ;;
esac

first=$(field learner.first_name) last=$(field learner.last_name) npi=$(field learner.npi)
[ "$(field _routing.route_accme_pars true)" = true ] || answer Rejected "" "" "" "The event is not routed to PARS."
[ -n "$npi" ] && [ -n "$(field learner.date_of_birth)" ] || answer Rejected "" "" "" "The learner has no NPI or no date of birth."
[ "$(field learner.consent true)" = true ] || answer Rejected "" "" "" "The learner has not consented to reporting (307)."
course=$(field course.course_id) title=$(field course.title "$course") hours=$(field course.credit_hours)
format=$(field course.format "Internet Enduring Material") support=$(field course.commercial_support no)
born=$(day "$(field learner.date_of_birth)") completed=$(day "$(field course.completion_date)")
for value in "$first" "$last" "$course" "$hours" "$born" "$completed"; do
    [ -n "$value" ] || unusable "The event lacks a name, the course, its hours, or a date of the form YYYY-MM-DD."
done
ends=$(day "$(field course.end_date "${completed%%-*}-12-31")") starts=$(day "$(field course.start_date "${completed%%-*}-01-01")")
claim=$(day "$(field course.credit_claim_date "$ends")")

# Delivered twice: what is on file already is looked at, not submitted again.
[ -n "$previous" ] && [ "$kind" = completion ] && follow_up "$previous"

activity=$(field activity.pars_activity_id)
[ -n "$activity" ] || register

envelope "<ar:LearnerMatchRequest $AR>$(identity)</ar:LearnerMatchRequest>"
ask "$learners" LearnerMatchRequest int || answer Error "" "" "" "$trouble"
match=$(text int)
[ "$match" = 1 ] || answer Rejected "" "" "" "The match answered $match; nothing was submitted."

[ -n "$previous" ] && delete "$previous"
credit="<ar:Credits><ar:Credit>$(tag ar:CreditType "AMA PRA Category 1 Credit")$(tag ar:CreditAmount "$hours")</ar:Credit></ar:Credits>"
envelope "$(learner_record "$(tag ar:DateTimeCreated "$(TZ=CST6CDT date +%Y-%m-%d)")$(tag ar:CompletedDateTime "$completed")$credit")"
submit by_learner
[ -n "$looked" ] || [ "$(text Result)" = Accepted ] || answer Rejected "" "$(codes)" "" "PARS rejected the completion."
accepted=$(text CreditId)
follow_up "$accepted"
