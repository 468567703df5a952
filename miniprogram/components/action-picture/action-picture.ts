/** A face that repeats the requested action, mirrored so that left is left. `reach` is its extent (1 = as drawn), `pace` the duration of one repetition. */
Component({
  properties: {
    action: { type: String, value: '' },
    reach: { type: Number, value: 1 },
    pace: { type: Number, value: 2200 },
  },
})
