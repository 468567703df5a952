import { Deadline } from '../services/deadline'
import { Voice } from '../services/voice'
import { watchNetwork } from './network'

/** What the capture page uses while it is open: a voice, a watch on the network, and the scene's time. */
export class Aids {
  readonly voice = new Voice()
  readonly net = watchNetwork()
  readonly deadline: Deadline

  constructor(left: (text: string) => void, over: () => void) {
    this.deadline = new Deadline(left, over)
  }

  close(): void {
    this.deadline.stop()
    this.net.stop()
    this.voice.close()
  }
}
