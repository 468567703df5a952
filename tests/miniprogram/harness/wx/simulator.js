/** Calls WeChat's simulator, which stands for WeChat's own servers. */
import { parameters } from '../host/parameters.js'
import { failure } from './call.js'

/** Post one control call and return its answer. */
export async function simulate(path, body) {
  const answer = await fetch(new URL(path, parameters.simulator), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null)
  if (!answer?.ok) throw failure(`the simulator answered ${answer?.status ?? 'nothing'} to ${path}`)
  return answer.json()
}
