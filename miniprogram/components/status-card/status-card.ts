/** One message in the middle of a page: what is, and what to do next. */
Component({
  properties: {
    mood: { type: String, value: 'plain' },
    heading: { type: String, value: '' },
    text: { type: String, value: '' },
  },
})
