/** The steps of the hand-over; the present one stands out. */
Component({
  properties: {
    steps: { type: Array, value: [] as string[] },
    current: { type: Number, value: 0 },
  },
})
