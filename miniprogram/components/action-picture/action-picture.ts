/** A face that does what is asked, over and over; as in a mirror, so that left is left. `reach` is how far (1 = as drawn), `pace` how long once takes. */
Component({
  properties: {
    action: { type: String, value: '' },
    reach: { type: Number, value: 1 },
    pace: { type: Number, value: 2200 },
  },
})
