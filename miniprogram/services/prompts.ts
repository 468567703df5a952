/** Which prompts have been recorded (scripts/miniprogram/voice.py makes them). */
export const PROMPTS: Record<string, string> = {}
