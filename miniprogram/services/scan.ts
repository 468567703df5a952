import { ticketOf } from './navigation'

/** Scan a code; null when cancelled, '' when it is not one of ours. */
export function scanTicket(): Promise<string | null> {
  return new Promise((resolve) => {
    wx.scanCode({
      onlyFromCamera: true,
      scanType: ['qrCode', 'wxCode'],
      success: (answer) => resolve(ticketOf(answer)),
      fail: () => resolve(null),
    })
  })
}
