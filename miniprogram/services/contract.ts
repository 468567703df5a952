// Made by `python -m scripts.miniprogram` from /openapi.json, which says what each is.

export interface ActionProgress {
  action: string
  done: boolean
}

export interface AgencyList {
  agents: AgencyRow[]
}

export interface AgencyRow {
  agency_id: string
  institution: string
  amount_fen: number
  agent: Agent
  result: VerificationState
  created_at: string
  disputed_at: string | null
  finding: Finding | null
}

export interface Agent {
  name: string
  relation: string
}

export type Answer = "yes" | "no" | "revoke"

export interface AppealList {
  appeals: AppealRow[]
}

export interface AppealLodged extends SceneAnswer {
  appeal_id: string
  appeal_state: AppealState
  appeal_reason: AppealReason
  created_at: string
  reviewed_at: string | null
  wanted: Wanted[]
  wanted_note: string | null
  wanted_until: string | null
  may_send: boolean
  answered_at: string | null
}

export type AppealReason = "photo_outdated" | "appearance_changed" | "capture_trouble" | "other"

export interface AppealRow {
  appeal_id: string
  institution: string
  appeal_state: AppealState
  appeal_reason: AppealReason
  created_at: string
  reviewed_at: string | null
  wanted: Wanted[]
  wanted_note: string | null
  wanted_until: string | null
  may_send: boolean
  answered_at: string | null
}

export type AppealState = "lodged" | "upheld" | "rejected" | "withdrawn"

export interface AppealWindow {
  allowed: boolean
  until: string | null
}

export type AttemptState = "waiting" | "opened" | "consented" | "challenged" | "captured" | "passed" | "failed" | "appealed" | "declined" | "expired" | "cancelled" | "superseded" | "undeliverable"

export interface BindingList {
  bindings: BindingRow[]
}

export interface BindingRow {
  binding_id: string
  person: BoundPerson
  proof: Proof
  subscribed: boolean
  created_at: string
}

export interface BoundPerson {
  person_id: string
  name: string
}

export interface ChallengeAnswer extends SceneAnswer {
  challenge_id: string
  actions: string[]
  colours: Colour[]
  colours_required: boolean
  frame: FrameKinds
}

export type Channel = "push" | "qr"

export interface Checklist {
  cardholder_document?: boolean
  agent_document?: boolean
}

export interface ChosenPerson {
  person_id: string
  name: string
  relation: string | null
}

export interface Colour {
  rgb: string
  ms: number
}

export interface ConsentAnswer {
  notice_version: string
  granted: boolean
  parts?: Record<string, unknown> | null
  presence_code?: string | null
}

export interface ConsentList {
  consents: ConsentRow[]
}

export interface ConsentRow {
  consent_id: string
  institution: string
  notice_version: string
  granted: boolean
  parts: Record<string, unknown> | null
  created_at: string
  withdrawn_at: string | null
}

export interface Correction {
  person_id: string
  statement: string
}

export interface Dispute {
  statement?: string | null
}

export interface EvidenceFrames {
  max_side: number
  quality: number
  at_ms: number[]
}

export interface ExportAnswer {
  person: ExportedPerson
  attempts: ExportedAttempt[]
  consents: ConsentRow[]
  bindings: BindingRow[]
  appeals: AppealRow[]
  agents: AgencyRow[]
}

export interface ExportedAttempt {
  attempt_id: string
  state: AttemptState
  channel: Channel
  created_at: string
  says: string
}

export interface ExportedPerson {
  person_id: string
  name: string
  sex: Sex
  birth: string | null
  enrolled_photos: number
}

export interface FacePass {
  scene: string
}

export type Finding = "unauthorised" | "authorised"

export interface FinishAnswer {
  scene: string
  channel: Channel
  state: AttemptState
  server_time: string
  expires_at: string
  tries_left: number
  institution: string
  amount_fen: number
  cardholder: string
  person: ChosenPerson | null
  persons: ListedPerson[]
  provider: Provider
  notice: NoticeAnswer
  presence_code_needed: boolean
  appeal: AppealWindow
  reason: Reason
  purpose: "purchase" | "self"
  superseded_by: Successor | null
  outcome: Outcome
  hint: string | null
}

export interface FrameKinds {
  motion: MotionFrames
  evidence: EvidenceFrames
}

export interface HintAnswer extends SceneAnswer {
  hint: string | null
}

export type IdType = "resident" | "hk_macao_taiwan" | "foreign_permanent" | "passport" | "birth_certificate"

export interface ListedPerson {
  person_id: string
  name: string
  relation: string
  sex: Sex
  age: number | null
  not_filmed: NotFilmed | null
  enrolled: boolean
  subscribed: boolean
  push: Push
  network: Network
}

export interface Login {
  code: string
}

export interface LoginAnswer {
  token: string
  expires_in: number
}

export interface MotionFrames {
  max_side: number
  quality: number
  fps: number
}

export interface NativeAnswer extends SceneAnswer {
  verify_id: string
}

export type Network = "self" | "family_share" | "family_proxy"

export interface NewBinding {
  name: string
  id_number: string
  id_type?: IdType
  till_code?: string | null
}

export interface NewChallenge {
  photosensitive?: boolean
  device?: string | null
}

export type NotFilmed = "guardian_needed" | "minor_not_filmed"

export interface NoticeAnswer {
  version: string
  text: string
  parts: Part[]
}

export type Outcome = "passed" | "failed" | "retry"

export interface OwnPerson {
  person_id: string
}

export type Part = "face" | "transfer" | "reference"

export interface PersonChoice {
  person_id?: string | null
  name?: string | null
  id_number?: string | null
  id_type?: IdType
  relation?: string | null
  checks?: Checklist | null
}

export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail?: string | null
}

export interface ProgressAnswer {
  hint: string | null
  progress: ActionProgress[]
  colour: Colour | null
}

export type Proof = "claimed" | "till" | "face" | "imported"

export type Provider = "own" | "wechat"

export type Push = "ready" | "not_bound" | "no_credit"

export type Reason = "ok" | "not_acquired" | "action_missing" | "action_order" | "not_live" | "not_matched" | "frames_seen_before" | "frames_irregular" | "matcher_unavailable" | "tries_used_up"

export interface RenewalAnswer {
  answer: Answer
}

export interface RenewalList {
  renewals: RenewalRow[]
}

export interface RenewalRow {
  renewal_id: string
  state: RenewalState
  institution: string
  offered_at: string
  until: string
  may_revoke: boolean
  old: string | null
  new: string | null
}

export type RenewalState = "wanted" | "offered" | "accepted" | "declined" | "expired" | "revoked" | "erased"

export type RequestKind = "export" | "correct" | "delete"

export interface RequestList {
  requests: RequestRow[]
}

export interface RequestRow {
  request_id: string
  kind: RequestKind
  state: RequestState
  asked_at: string
  due_at: string
  closed_at: string | null
  answer: string | null
  receipt: string | null
}

export type RequestState = "open" | "done" | "refused"

export interface SceneAnswer {
  scene: string
  channel: Channel
  state: AttemptState
  server_time: string
  expires_at: string
  tries_left: number
  institution: string
  amount_fen: number
  cardholder: string
  person: ChosenPerson | null
  persons: ListedPerson[]
  provider: Provider
  notice: NoticeAnswer
  presence_code_needed: boolean
  appeal: AppealWindow
  reason: string | null
  purpose: "purchase" | "self"
  superseded_by: Successor | null
}

export type Sex = "男" | "女" | "unknown"

export interface StaffAnswer {
  staff_id: string
  name: string
  institution: string
  counters: string[]
  shifts: string[]
}

export interface StaffCode {
  code: string
}

export interface Subscription {
  template_id: string
  result: "accept" | "acceptWithAudio" | "reject" | "ban" | "filter"
}

export interface SubscriptionAnswer {
  accepted: boolean
}

export interface Successor {
  kind: "message" | "code" | "wait" | "ended"
  scene: string | null
}

export interface TemplateAnswer {
  template_id: string
  agent_template_id: string | null
}

export type VerificationState = "open" | "passed" | "appealed" | "bypassed" | "cancelled" | "lapsed"

export type Wanted = "photo_now" | "photo_earlier" | "statement"

export interface Operations {
  'GET /mp/v1/attempts/{scene}': { body: null; answer: SceneAnswer }
  'POST /mp/v1/attempts/{scene}/appeal': { body: ArrayBuffer; answer: AppealLodged }
  'POST /mp/v1/attempts/{scene}/challenges': { body: NewChallenge; answer: ChallengeAnswer }
  'POST /mp/v1/attempts/{scene}/consent': { body: ConsentAnswer; answer: SceneAnswer }
  'POST /mp/v1/attempts/{scene}/documents': { body: null; answer: SceneAnswer }
  'POST /mp/v1/attempts/{scene}/native': { body: null; answer: NativeAnswer }
  'POST /mp/v1/attempts/{scene}/native/finish': { body: null; answer: FinishAnswer }
  'PUT /mp/v1/attempts/{scene}/person': { body: PersonChoice; answer: SceneAnswer }
  'POST /mp/v1/attempts/{scene}/precheck': { body: ArrayBuffer; answer: HintAnswer }
  'POST /mp/v1/bindings': { body: NewBinding; answer: BindingRow }
  'POST /mp/v1/challenges/{challenge_id}/finish': { body: null; answer: FinishAnswer }
  'POST /mp/v1/challenges/{challenge_id}/frames': { body: ArrayBuffer; answer: ProgressAnswer }
  'POST /mp/v1/challenges/{challenge_id}/swap': { body: null; answer: ChallengeAnswer }
  'POST /mp/v1/login': { body: Login; answer: LoginAnswer }
  'DELETE /mp/v1/me': { body: null; answer: null }
  'GET /mp/v1/me/agents': { body: null; answer: AgencyList }
  'POST /mp/v1/me/agents/{agency_id}/dispute': { body: Dispute; answer: AgencyRow }
  'GET /mp/v1/me/appeals': { body: null; answer: AppealList }
  'POST /mp/v1/me/appeals/{appeal_id}/more': { body: ArrayBuffer; answer: AppealRow }
  'GET /mp/v1/me/bindings': { body: null; answer: BindingList }
  'DELETE /mp/v1/me/bindings/{binding_id}': { body: null; answer: null }
  'GET /mp/v1/me/consents': { body: null; answer: ConsentList }
  'DELETE /mp/v1/me/consents/{consent_id}': { body: null; answer: ConsentRow }
  'POST /mp/v1/me/corrections': { body: Correction; answer: RequestRow }
  'GET /mp/v1/me/export': { body: null; answer: ExportAnswer }
  'POST /mp/v1/me/pass': { body: OwnPerson; answer: FacePass }
  'GET /mp/v1/me/renewals': { body: null; answer: RenewalList }
  'POST /mp/v1/me/renewals/{renewal_id}': { body: RenewalAnswer; answer: RenewalRow }
  'GET /mp/v1/me/requests': { body: null; answer: RequestList }
  'POST /mp/v1/staff': { body: StaffCode; answer: StaffAnswer }
  'GET /mp/v1/subscriptions': { body: null; answer: TemplateAnswer }
  'POST /mp/v1/subscriptions': { body: Subscription; answer: SubscriptionAnswer }
}
