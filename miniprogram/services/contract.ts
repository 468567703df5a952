// Made by `python -m scripts.miniprogram` from /openapi.json; never edited by hand.

/** One action and whether it was seen. */
export interface ActionProgress {
  action: string
  done: boolean
}

/** What others bought with the user's card. */
export interface AgencyList {
  agents: AgencyRow[]
}

/** One purchase somebody else made with the user's card. */
export interface AgencyRow {
  agency_id: string
  institution: string
  amount_fen: number
  agent: Agent
  result: VerificationState
  created_at: string
  disputed_at: string | null
}

/** Who acted for the card-holder. */
export interface Agent {
  name: string
  relation: string
}

/** The user's appeals. */
export interface AppealList {
  appeals: AppealRow[]
}

/** The appeal as lodged. */
export interface AppealLodged extends SceneAnswer {
  appeal_id: string
  appeal_state: AppealState
  appeal_reason: AppealReason
  created_at: string
  reviewed_at: string | null
}

/** Why the person thinks the comparison was wrong. */
export type AppealReason = "photo_outdated" | "appearance_changed" | "capture_trouble" | "other"

/** One of the user's appeals. */
export interface AppealRow {
  appeal_id: string
  appeal_state: AppealState
  appeal_reason: AppealReason
  created_at: string
  reviewed_at: string | null
}

/** Where an appeal stands. */
export type AppealState = "lodged" | "upheld" | "rejected" | "withdrawn"

/** Whether an appeal would be accepted now, and until when. */
export interface AppealWindow {
  allowed: boolean
  until: string | null
}

/** Where an attempt stands. */
export type AttemptState = "waiting" | "opened" | "consented" | "challenged" | "captured" | "passed" | "failed" | "appealed" | "declined" | "expired" | "cancelled" | "superseded" | "undeliverable"

/** The user's bindings. */
export interface BindingList {
  bindings: BindingRow[]
}

/** One of the user's bindings. */
export interface BindingRow {
  binding_id: string
  person: BoundPerson
  proof: Proof
  subscribed: boolean
  created_at: string
}

/** Whom a binding reaches. */
export interface BoundPerson {
  person_id: string
  name: string
}

/** What to do and to film. */
export interface ChallengeAnswer extends SceneAnswer {
  challenge_id: string
  actions: string[]
  colours: Colour[]
  frame: FrameKinds
}

/** How the person is reached. */
export type Channel = "push" | "qr"

/** Which documents the counter has looked at before an agent is filmed. */
export interface Checklist {
  cardholder_document?: boolean
  agent_document?: boolean
}

/** Who an attempt is for. */
export interface ChosenPerson {
  person_id: string
  name: string
  relation: string | null
}

/** One screen colour. */
export interface Colour {
  rgb: string
  ms: number
}

/** The answer to the notice. */
export interface ConsentAnswer {
  notice_version: string
  granted: boolean
  presence_code?: string | null
}

/** The user's consents. */
export interface ConsentList {
  consents: ConsentRow[]
}

/** One of the user's consents. */
export interface ConsentRow {
  consent_id: string
  notice_version: string
  granted: boolean
  created_at: string
  withdrawn_at: string | null
}

/** 不是我授权的, with a word on it or without. */
export interface Dispute {
  statement?: string | null
}

/** How evidence frames are made, and when. */
export interface EvidenceFrames {
  max_side: number
  quality: number
  at_ms: number[]
}

/** Everything kept about the person. */
export interface ExportAnswer {
  person: Record<string, unknown>
  attempts: (Record<string, unknown>)[]
  consents: ConsentRow[]
  bindings: BindingRow[]
  appeals: AppealRow[]
  agents: AgencyRow[]
}

/** What a try came to. */
export interface FinishAnswer {
  scene: string
  channel: Channel
  state: AttemptState
  server_time: string
  expires_at: string
  tries_left: number
  institution: string
  amount_fen: number
  person: ChosenPerson | null
  persons: ListedPerson[]
  provider: Provider
  notice: NoticeAnswer
  presence_code_needed: boolean
  appeal: AppealWindow
  reason: Reason
  outcome: Outcome
  hint: string | null
}

/** The two kinds of frame. */
export interface FrameKinds {
  motion: MotionFrames
  evidence: EvidenceFrames
}

/** What stands in the way of a good capture. */
export interface HintAnswer extends SceneAnswer {
  hint: string | null
}

/** Kinds of identity document accepted at the till. */
export type IdType = "resident" | "hk_macao_taiwan" | "foreign_permanent" | "passport" | "birth_certificate"

/** One person the cashier may pick. */
export interface ListedPerson {
  person_id: string
  name: string
  relation: string
  sex: string | null
  age: number | null
  network: Network
  enrolled: boolean
  subscribed: boolean
  push: Push
}

/** The code of wx.login. */
export interface Login {
  code: string
}

/** A session of ours. */
export interface LoginAnswer {
  token: string
  expires_in: number
}

/** How motion frames are made. */
export interface MotionFrames {
  max_side: number
  quality: number
  fps: number
}

/** What wx.requestFacialVerify is called with. */
export interface NativeAnswer extends SceneAnswer {
  verify_id: string
}

/** Where a person on the list comes from. */
export type Network = "self" | "family_share" | "family_proxy"

/** Whom this phone wants to receive pushes for; the six digits prove that it is at the counter. */
export interface NewBinding {
  name: string
  id_number: string
  id_type?: IdType
  till_code?: string | null
}

/** What the phone says before a try is drawn. */
export interface NewChallenge {
  photosensitive?: boolean
  device?: string | null
}

/** What the person is asked to consent to. */
export interface NoticeAnswer {
  version: string
  text: string
}

/** What one try came to. */
export type Outcome = "passed" | "failed" | "retry"

/** Who is there: of the list, or typed in. */
export interface PersonChoice {
  person_id?: string | null
  name?: string | null
  id_number?: string | null
  id_type?: IdType
  relation?: string | null
  checks?: Checklist | null
}

/** An error (RFC 9457); `code` is the stable word to act on. */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail?: string | null
}

/** What the phone shows while filming. */
export interface ProgressAnswer {
  hint: string | null
  progress: ActionProgress[]
}

/** What stands behind a binding: who said that this WeChat is this person's. */
export type Proof = "claimed" | "till" | "face" | "imported"

/** The capture provider of an institution; an attempt keeps the one it was begun with. */
export type Provider = "own" | "wechat"

/** Whether a push is expected to reach a person, as the counter sees it. */
export type Push = "ready" | "not_bound" | "no_credit"

/** Why, in the words the phone may see. */
export type Reason = "ok" | "not_acquired" | "action_missing" | "action_order" | "not_live" | "not_matched" | "frames_seen_before" | "frames_irregular" | "matcher_unavailable" | "tries_used_up"

/** The scene as its owner's phone reads it. */
export interface SceneAnswer {
  scene: string
  channel: Channel
  state: AttemptState
  server_time: string
  expires_at: string
  tries_left: number
  institution: string
  amount_fen: number
  person: ChosenPerson | null
  persons: ListedPerson[]
  provider: Provider
  notice: NoticeAnswer
  presence_code_needed: boolean
  appeal: AppealWindow
  reason: string | null
}

/** As whom this phone may now open codes, where and when; empty lists mean everywhere and always. */
export interface StaffAnswer {
  staff_id: string
  name: string
  institution: string
  counters: string[]
  shifts: string[]
}

/** The one-time code an administrator gave a member of staff. */
export interface StaffCode {
  code: string
}

/** What the person tapped in WeChat's panel. */
export interface Subscription {
  template_id: string
  result: "accept" | "acceptWithAudio" | "reject" | "ban" | "filter"
}

/** What was understood of the panel's result. */
export interface SubscriptionAnswer {
  accepted: boolean
}

/** The template of the messages that are pushed, and that of notices of purchases by agents, if any. */
export interface TemplateAnswer {
  template_id: string
  agent_template_id: string | null
}

/** Where a verification stands. */
export type VerificationState = "open" | "passed" | "appealed" | "bypassed" | "cancelled" | "lapsed"

export interface Operations {
  'GET /mp/v1/attempts/{scene}': { body: null; answer: SceneAnswer }
  'POST /mp/v1/attempts/{scene}/appeal': { body: ArrayBuffer; answer: AppealLodged }
  'POST /mp/v1/attempts/{scene}/challenges': { body: NewChallenge; answer: ChallengeAnswer }
  'POST /mp/v1/attempts/{scene}/consent': { body: ConsentAnswer; answer: SceneAnswer }
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
  'GET /mp/v1/me/bindings': { body: null; answer: BindingList }
  'DELETE /mp/v1/me/bindings/{binding_id}': { body: null; answer: null }
  'GET /mp/v1/me/consents': { body: null; answer: ConsentList }
  'DELETE /mp/v1/me/consents/{consent_id}': { body: null; answer: ConsentRow }
  'GET /mp/v1/me/export': { body: null; answer: ExportAnswer }
  'POST /mp/v1/staff': { body: StaffCode; answer: StaffAnswer }
  'GET /mp/v1/subscriptions': { body: null; answer: TemplateAnswer }
  'POST /mp/v1/subscriptions': { body: Subscription; answer: SubscriptionAnswer }
}
