#!/usr/bin/env node
// Reports one completion to PARS: a completion event as JSON on stdin, what became of it as JSON on stdout
// (docs/client-protocol.md). Node.js 18 or newer, no packages. Settings by environment: ACCME_PARS_USER,
// ACCME_PARS_PASSWORD, ACCME_PROVIDER_ID, ACCME_ENV (sandbox; production also needs --allow-production),
// ACCME_ACTIVITY_URL and ACCME_LEARNER_URL to point at a mock, ACCME_TIMEOUT in seconds.
// Exit codes: 0 accepted, 1 rejected or not submitted, 2 nothing usable came back, 3 event or settings are unusable.

const BLL = 'http://schemas.datacontract.org/2004/07/BLL.Service'
const AR = 'xmlns:ar="http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"'
const ACCME = 'xmlns:accme="http://docs.accme.org/schemas/ACCMEActivities/v3/"'
const ATTEMPTS = 5
const LONGEST_WAIT = 60 // seconds; a longer Retry-After ends the trying

class Unusable extends Error {} // the event or the settings; nothing was sent
class Refused extends Error { // PARS refused the request itself; sending it again will not help
  constructor (operation, status, code) {
    super(`${operation}: refused with HTTP ${status} ${code}`)
    Object.assign(this, { status, code })
  }
}
class Trouble extends Error { // no usable answer
  constructor (message, { hadNoEffect = false, retryAfter = null } = {}) {
    super(message)
    Object.assign(this, { hadNoEffect, retryAfter })
  }
}

// --- settings

function readSettings (env, allowProduction) {
  const need = name => env[name]?.trim() ? env[name] : fail(`${name} is not set.`)
  const environment = env.ACCME_ENV || 'sandbox'
  const hosts = {
    sandbox: ['https://pars03nsbgateways02.azure-api.net', 'https://pars03nsbgateways01.azure-api.net'],
    production: ['https://pars.accme.org', 'https://pars.accme.org']
  }[environment] ?? fail('ACCME_ENV must be sandbox or production.')
  const settings = {
    user: need('ACCME_PARS_USER'),
    password: need('ACCME_PARS_PASSWORD'),
    providerId: need('ACCME_PROVIDER_ID'),
    activities: env.ACCME_ACTIVITY_URL || `${hosts[0]}/services/ACCMEService.svc/IACCMEServiceREST`,
    learners: env.ACCME_LEARNER_URL || `${hosts[1]}/services/ACCMELearnerService.svc/IACCMELearnerServiceREST`,
    timeout: Number(env.ACCME_TIMEOUT || 30) * 1000
  }
  if (!/^\d{7}$/.test(settings.providerId)) fail('ACCME_PROVIDER_ID must be seven digits.')
  const real = [settings.activities, settings.learners].some(url => /(^|\.)accme\.org$/.test(new URL(url).hostname))
  if ((environment === 'production' || real) && !allowProduction) fail('Production needs --allow-production.')
  return settings
}

function fail (message) { throw new Unusable(message) }

// --- messages

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
const escape = text => String(text).normalize('NFC').trim().replace(/[&<>"']/g, c => ENTITIES[c])
const tag = (name, text) => text === undefined || text === null ? '' : `<${name}>${escape(text)}</${name}>`

// The calendar day as it was written. No Date: that would shift the day into another zone, as PARS does with times.
function day (text, name) {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(String(text ?? '').trim())?.[1]
  const date = found && new Date(`${found}T00:00:00Z`)
  return date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(found) ? found : fail(`${name} is no date.`)
}

function envelope (settings, data, year) {
  return '<?xml version="1.0" encoding="utf-8"?>' + `<SubmitMessage xmlns="${BLL}">` +
    tag('User', settings.user) + tag('Password', settings.password) + tag('ProviderId', settings.providerId) +
    tag('ReportingYear', year) + `<Data>${data}</Data></SubmitMessage>`
}

const identity = learner => tag('ar:FirstName', learner.first_name) + tag('ar:LastName', learner.last_name) +
  tag('ar:DateOfBirth', learner.born) + tag('ar:MedicalEducationNumber', learner.npi)

const record = (settings, { learner, course }, activityId, inner) =>
  `<ar:ACCMELearnerRecords ${AR}><ar:LearnerRecord>${identity(learner)}` +
  tag('ar:ProviderID', settings.providerId) + tag('ar:ProviderActivityID', course.course_id) +
  tag('ar:AccmeActivityID', activityId) + `${inner}</ar:LearnerRecord></ar:ACCMELearnerRecords>`

const credit = course => '<ar:Credits><ar:Credit>' + tag('ar:CreditType', 'AMA PRA Category 1 Credit') +
  tag('ar:CreditAmount', course.credit_hours) + '</ar:Credit></ar:Credits>'

function activity (course) {
  return `<accme:ACCMEActivities ${ACCME} xmlns="http://ns.medbiq.org/metrics/v2/"` +
    ' xmlns:ex="http://www.accme.org/ACCMEActivityExtension/v3" xmlns:lom="http://ltsc.ieee.org/xsd/LOM"' +
    ' xmlns:hx="http://ns.medbiq.org/lom/extend/v1/"><MedicalEducationMetrics><ReportDescription>' +
    tag('ReportingStartDate', `${course.starts.slice(0, 4)}-01-01`) +
    tag('ReportingEndDate', `${course.starts.slice(0, 4)}-12-31`) +
    '</ReportDescription><lom:lom><lom:general><lom:identifier>' +
    tag('lom:catalog', 'Provider Activity ID') + tag('lom:entry', course.course_id) + '</lom:identifier><lom:title>' +
    tag('lom:string', course.title) + '</lom:title></lom:general><hx:healthcareMetadata><hx:healthcareEducation>' +
    '<hx:credits>' + tag('hx:activityCertification', 'AMA PRA Category 1') +
    tag('hx:numberOfCredits', course.credit_hours) + '</hx:credits>' +
    tag('hx:startDateTime', course.starts) + tag('hx:endDateTime', course.ends) +
    tag('hx:activitySponsorship', 'direct') + '<hx:activityFormat>' +
    tag('lom:string', course.format || 'Internet Enduring Material') + '</hx:activityFormat>' +
    tag('hx:commercialSupport', course.commercial_support === 'yes' ? 'yes' : 'no') +
    '</hx:healthcareEducation></hx:healthcareMetadata></lom:lom><XtensibleInfo>' +
    tag('ex:CreditClaimDate', course.claimBy) + tag('ex:ForPublicList', 'true') +
    tag('ex:activityRecordAction', 'Add') + tag('ex:closeActivityRecord', 'false') +
    '</XtensibleInfo></MedicalEducationMetrics></accme:ACCMEActivities>'
}

// --- answers: whole documents only, by local names, never with a document type declaration

function readAnswer (text, roots) {
  const body = text.replace(/^\uFEFF/, '').replace(/^\s*<\?xml[^>]*\?>/, '').trim()
  const root = /^<(?:[\w.-]+:)?([\w.-]+)[\s>/]/.exec(body)?.[1]
  const whole = root && !/<!/.test(body) && new RegExp(`(</(?:[\\w.-]+:)?${root}\\s*>|^<[^>]*/>)$`).test(body)
  if (!whole || !roots.includes(root)) throw new Trouble('the answer is not one of PARS')
  return body
}

function texts (xml, name) {
  const pattern = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([^<]*)</(?:[\\w.-]+:)?${name}\\s*>`, 'g')
  return [...xml.matchAll(pattern)].map(found => found[1].trim())
}

const codesIn = xml => [...new Set(texts(xml, 'Code').map(Number).filter(Number.isInteger))]

// --- calls

const sleep = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000))

async function callOnce (settings, service, operation, message, root) {
  let answer, text
  try {
    answer = await fetch(`${service}/${operation}`, {
      method: 'POST',
      redirect: 'manual', // credentials go nowhere else
      headers: {
        'Content-Type': 'application/xml; charset=utf-8',
        Authorization: 'Basic ' + Buffer.from(`${settings.user}:${settings.password}`).toString('base64')
      },
      body: message,
      signal: AbortSignal.timeout(settings.timeout)
    })
    text = await answer.text()
  } catch (error) {
    const why = error.cause?.code ?? error.name
    const hadNoEffect = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(why)
    throw new Trouble(`${operation}: no answer (${why})`, { hadNoEffect })
  }
  if (answer.status === 200) return readAnswer(text, [root])
  if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
    const retryAfter = /^\d+$/.test(answer.headers.get('retry-after') ?? '') ? Number(answer.headers.get('retry-after')) : null
    throw new Trouble(`${operation}: HTTP ${answer.status}`, { hadNoEffect: answer.status === 429, retryAfter })
  }
  throw new Refused(operation, answer.status, texts(text, 'Code')[0] ?? '')
}

function waitFor (attempt, trouble) {
  if (attempt >= ATTEMPTS || trouble.retryAfter > LONGEST_WAIT) throw trouble
  return trouble.retryAfter ?? 0.6 * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
}

// Tries again after trouble; `mayRepeat` says after which.
async function tryFor (call, mayRepeat = () => true) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof Trouble) || !mayRepeat(error)) throw error
      await sleep(waitFor(attempt, error))
    }
  }
}

// Saves. After an unclear outcome it looks whether the message took effect, and sends it again only if it did not.
async function save (send, look) {
  let unclear = false
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await tryFor(send, trouble => trouble.hadNoEffect)
      const ours = unclear && codesIn(answer).includes(304) ? await look() : null
      return ours ?? { answer }
    } catch (error) {
      if (!(error instanceof Trouble) || error.hadNoEffect) throw error
      unclear = true
      const found = await look()
      if (found) return found
      await sleep(waitFor(attempt, error))
    }
  }
}

class Pars {
  constructor (settings) { this.settings = settings }

  ask (service, operation, data, root, year) {
    return callOnce(this.settings, service, operation, envelope(this.settings, data, year), root)
  }

  async match (learner) {
    const data = `<ar:LearnerMatchRequest ${AR}>${identity(learner)}</ar:LearnerMatchRequest>`
    const answer = await tryFor(() => this.ask(this.settings.learners, 'LearnerMatchRequest', data, 'int'))
    return Number(texts(answer, 'int')[0] || NaN)
  }

  async status (operation, data) {
    try {
      const answer = await tryFor(() => this.ask(this.settings.learners, operation, data, 'LearnerStatusResponse'))
      const [status, creditId] = [texts(answer, 'Status').at(0), texts(answer, 'CreditId')[0]]
      // The record's own status comes first, those of its deliveries after it.
      return { status, credit_id: creditId, completed: texts(answer, 'CompletionDate')[0], codes: codesIn(answer) }
    } catch (error) {
      if (error instanceof Refused && error.status === 404 && error.code === 'NotFound') return null
      throw error
    }
  }

  statusByCredit (id) {
    const name = 'ar:LearnerStatusByCreditIdRequest'
    return this.status('GetLearnerStatusByCreditId', `<${name} ${AR}>${tag('ar:CreditId', id)}</${name}>`)
  }

  statusByLearner ({ learner, course }, activityId) {
    return this.status('GetLearnerStatus', `<ar:LearnerStatusRequest ${AR}>${tag('ar:moduleID', activityId)}` +
      tag('ar:BirthDate', learner.born) + tag('ar:CompletionDate', course.completed) +
      tag('ar:UniqueID', learner.npi) + '</ar:LearnerStatusRequest>')
  }

  async activityId (course) {
    const question = `<accme:ActivityRequest ${ACCME}>${tag('accme:ProviderActivityID', course.course_id)}</accme:ActivityRequest>`
    const answer = await tryFor(() => this.ask(this.settings.activities, 'GetActivity', question, 'GetActivityResponse'))
    return texts(answer, 'Result')[0] === 'Accepted' ? texts(answer, 'AccmeActivityID')[0] : null
  }

  // The ID of a course that is registered already, or else registers it.
  async register (course) {
    const known = await this.activityId(course)
    if (known) return { id: known }
    const year = course.starts.slice(0, 4)
    const send = () => this.ask(this.settings.activities, 'SaveActivity', activity(course), 'SaveActivityResponse', year)
    const look = async () => { const id = await this.activityId(course); return id ? { id } : null }
    const { id, answer } = await save(send, look)
    if (id) return { id }
    return texts(answer, 'Result')[0] === 'Accepted' ? { id: texts(answer, 'AccmeActivityID')[0] } : { codes: codesIn(answer) }
  }

  submit (event, activityId, remove = false) {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Chicago' }).format(new Date())
    const inner = remove
      ? tag('ar:CompletedDateTime', event.course.completed) + tag('ar:LearnerRecordAction', 'Delete')
      : tag('ar:DateTimeCreated', today) + tag('ar:CompletedDateTime', event.course.completed) + credit(event.course)
    const data = record(this.settings, event, activityId, inner)
    const look = async () => {
      const found = await this.statusByLearner(event, activityId)
      return remove ? (found ? null : { gone: true }) : found
    }
    return save(
      () => this.ask(this.settings.learners, 'SaveLearnerActivity', data, 'SaveLearnerActivityResponse'), look
    )
  }
}

// --- the workflow

const stopped = (reason, more = {}) => ({ outcome: 'Rejected', credit_id: null, codes: [], status: null, reason, ...more })

function checked (event) {
  const { learner, course } = event
  if (!learner || !course) fail('The event has no learner or no course.')
  const completed = day(course.completion_date, 'completion_date')
  const ends = day(course.end_date || `${completed.slice(0, 4)}-12-31`, 'end_date')
  const starts = day(course.start_date || `${completed.slice(0, 4)}-01-01`, 'start_date')
  if (!/^\d{10}$/.test(String(learner.npi).trim())) fail('npi is not ten digits.')
  if (!(Number(course.credit_hours) > 0)) fail('credit_hours is no positive number.')
  return {
    ...event,
    learner: { ...learner, born: day(learner.date_of_birth, 'date_of_birth') },
    course: { ...course, title: course.title || course.course_id, completed, starts, ends, claimBy: day(course.credit_claim_date || ends, 'credit_claim_date') }
  }
}

async function followUp (pars, creditId) {
  const found = await pars.statusByCredit(creditId)
  if (!found) return { outcome: 'Error', credit_id: creditId, codes: [], status: null, reason: 'PARS has no such record.' }
  const outcome = found.status === 'Rejected' ? 'Rejected' : 'Accepted'
  return { outcome, credit_id: creditId, codes: found.codes, status: found.status }
}

async function complete (pars, event) {
  const previous = event.previous?.credit_id
  if (previous && event.event !== 'correction') return followUp(pars, previous) // delivered twice
  const registered = event.activity?.pars_activity_id ? { id: String(event.activity.pars_activity_id) } : await pars.register(event.course)
  if (!registered.id) return stopped('the course was rejected', { codes: registered.codes })
  const match = await pars.match(event.learner)
  if (match !== 1) return stopped(`the match answered ${match}; nothing was submitted`, { match })
  if (previous) {
    const onFile = await pars.statusByCredit(previous)
    const before = onFile && { ...event, course: { ...event.course, completed: onFile.completed ?? event.course.completed } }
    const deleted = before && await pars.submit(before, registered.id, true)
    if (deleted?.answer && texts(deleted.answer, 'Result')[0] !== 'Accepted') {
      return stopped('the record could not be deleted', { codes: codesIn(deleted.answer) })
    }
  }
  const saved = await pars.submit(event, registered.id)
  if (saved.answer && texts(saved.answer, 'Result')[0] !== 'Accepted') {
    return stopped('PARS rejected the completion', { codes: codesIn(saved.answer), match })
  }
  const creditId = saved.credit_id ?? texts(saved.answer, 'CreditId')[0]
  const accepted = { outcome: 'Accepted', credit_id: creditId, codes: [], status: saved.status ?? texts(saved.answer, 'Status')[0] }
  return followUp(pars, creditId).then(found => found.outcome === 'Error' ? accepted : found, () => accepted)
}

async function main () {
  const settings = readSettings(process.env, process.argv.includes('--allow-production'))
  let input = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) input += chunk
  const event = JSON.parse(input)
  const pars = new Pars(settings)
  const kind = event.event ?? 'completion'
  if (kind === 'check-status') return followUp(pars, event.credit_id || fail('The event has no credit_id.'))
  if (!['completion', 'correction'].includes(kind)) return { outcome: 'Unsupported', reason: `unknown event ${kind}` }
  if (event._routing && event._routing.route_accme_pars !== true) return stopped('The event is not routed to PARS.')
  const missing = ['npi', 'date_of_birth'].filter(name => !String(event.learner?.[name] ?? '').trim())
  if (missing.length) return stopped(`The learner has no ${missing.join(' and no ')}.`)
  if (event.learner.consent === false) return stopped('The learner has not consented to reporting (307).')
  return complete(pars, checked(event))
}

try {
  const answer = await main()
  console.log(JSON.stringify(answer))
  process.exitCode = { Accepted: 0, Rejected: 1, Error: 2 }[answer.outcome] ?? 3
} catch (error) {
  const known = error instanceof Trouble || error instanceof Refused
  console.log(JSON.stringify({ outcome: 'Error', credit_id: null, codes: [], status: null, reason: error.message }))
  process.exitCode = known ? 2 : 3
}
