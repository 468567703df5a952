import { fill, strings } from '../../services/strings/index'

/** The steps of handing the phone over, with the current one highlighted. */
Component({
  properties: {
    steps: { type: Array, value: [] as string[] },
    current: { type: Number, value: 0 },
  },
  data: { count: '' },
  observers: {
    'steps, current'(steps: string[], current: number) {
      this.setData({ count: fill(strings().common.step, { step: current + 1, steps: steps.length }) })
    },
  },
})
