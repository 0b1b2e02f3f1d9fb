/** The words of the screen, by subject. */
import * as changes from './words/changes'
import * as data from './words/data'
import * as frame from './words/frame'
import * as people from './words/people'
import * as watch from './words/watch'

export const zh = { ...frame.zh, ...changes.zh, ...data.zh, ...people.zh, ...watch.zh }
export const en: typeof zh = { ...frame.en, ...changes.en, ...data.en, ...people.en, ...watch.en }
