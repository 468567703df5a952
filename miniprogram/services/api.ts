import type { Answer, Correction, NewBinding, Operations, PersonChoice, SceneAnswer, Subscription } from './contract'
import type { Method } from './http'
import { send } from './http'
import type { Form } from './multipart'
import { encode } from './multipart'
import { withSession } from './session'

export type Scene = SceneAnswer
type Key = keyof Operations

interface Options<K extends Key> {
  id?: string
  body?: Exclude<Operations[K]['body'], ArrayBuffer | null>
  form?: Form
  timeoutMs?: number
  once?: boolean
}

/** Call one operation of the contract. */
function call<K extends Key>(key: K, options: Options<K> = {}): Promise<Operations[K]['answer']> {
  const [method, template] = key.split(' ') as [Method, string]
  const path = template.replace(/\{\w+\}/, encodeURIComponent(options.id ?? ''))
  const form = options.form && encode(options.form)
  const sent = { method, path, body: form ? form.body : options.body, contentType: form?.contentType, timeoutMs: options.timeoutMs, once: options.once }
  return withSession((token) => send({ ...sent, token })) as Promise<Operations[K]['answer']>
}

export const openScene = (scene: string): Promise<Scene> => call('GET /mp/v1/attempts/{scene}', { id: scene })

export const choosePerson = (scene: string, body: PersonChoice): Promise<Scene> =>
  call('PUT /mp/v1/attempts/{scene}/person', { id: scene, body })

/** The answer to the notice: `parts` are the separate ones, `presence` the four digits where the policy wants them. */
export interface Consented {
  presence?: string
  parts?: Record<string, boolean>
}

export function consent(scene: Scene, granted: boolean, said: Consented = {}): Promise<Scene> {
  const { presence, parts } = said
  const body = { notice_version: scene.notice.version, granted, ...(presence && { presence_code: presence }), ...(parts && { parts }) }
  return call('POST /mp/v1/attempts/{scene}/consent', { id: scene.scene, body })
}

export const wantDocuments = (scene: string): Promise<Scene> => call('POST /mp/v1/attempts/{scene}/documents', { id: scene })

export const precheck = (scene: string, form: Form) =>
  call('POST /mp/v1/attempts/{scene}/precheck', { id: scene, form, timeoutMs: 5000, once: true })

export const drawChallenge = (scene: string, photosensitive: boolean, device: string) =>
  call('POST /mp/v1/attempts/{scene}/challenges', { id: scene, body: { photosensitive, device } })

export const sendFrames = (challenge: string, form: Form) =>
  call('POST /mp/v1/challenges/{challenge_id}/frames', { id: challenge, form, once: true })

export const swapAction = (challenge: string) => call('POST /mp/v1/challenges/{challenge_id}/swap', { id: challenge })

export const finish = (challenge: string) =>
  call('POST /mp/v1/challenges/{challenge_id}/finish', { id: challenge, timeoutMs: 30_000, once: true })

export const lodgeAppeal = (scene: string, form: Form) =>
  call('POST /mp/v1/attempts/{scene}/appeal', { id: scene, form, timeoutMs: 60_000 })

export const startNative = (scene: string) => call('POST /mp/v1/attempts/{scene}/native', { id: scene })

export const finishNative = (scene: string) => call('POST /mp/v1/attempts/{scene}/native/finish', { id: scene, timeoutMs: 30_000 })

export const templates = () => call('GET /mp/v1/subscriptions')
export const tellSubscription = (body: Subscription) => call('POST /mp/v1/subscriptions', { body })
export const bind = (body: NewBinding) => call('POST /mp/v1/bindings', { body })
export const consents = () => call('GET /mp/v1/me/consents')
export const bindings = () => call('GET /mp/v1/me/bindings')
export const appeals = () => call('GET /mp/v1/me/appeals')
export const requests = () => call('GET /mp/v1/me/requests')
export const renewals = () => call('GET /mp/v1/me/renewals')
export const answerRenewal = (id: string, answer: Answer) => call('POST /mp/v1/me/renewals/{renewal_id}', { id, body: { answer } })
export const correct = (body: Correction) => call('POST /mp/v1/me/corrections', { body, once: true })
export const sendMore = (id: string, form: Form) => call('POST /mp/v1/me/appeals/{appeal_id}/more', { id, form, timeoutMs: 60_000 })
export const agents = () => call('GET /mp/v1/me/agents')
export const dispute = (id: string) => call('POST /mp/v1/me/agents/{agency_id}/dispute', { id, body: {} })
export const bindStaff = (code: string) => call('POST /mp/v1/staff', { body: { code } })
export const facePass = (personId: string) => call('POST /mp/v1/me/pass', { body: { person_id: personId } })
export const exportMine = () => call('GET /mp/v1/me/export')
export const withdraw = (id: string) => call('DELETE /mp/v1/me/consents/{consent_id}', { id })
export const unbind = (id: string) => call('DELETE /mp/v1/me/bindings/{binding_id}', { id })
export const erase = () => call('DELETE /mp/v1/me')
