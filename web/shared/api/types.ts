/** The server's words, by short names. */
import type { components } from './schema'

type Schemas = components['schemas']
export type Incident = Schemas['IncidentOut']
export type IncidentPage = Schemas['IncidentPage']
export type Transition = Schemas['TransitionOut']
export type Possible = Schemas['PossibleOut']
export type Clock = Incident['clocks'][number]
export type Me = Schemas['Me']
export type Taxonomy = Schemas['TaxonomyOut']
export type Subcategory = Schemas['SubcategoryOut']
export type ActionIn = Schemas['ActionIn']
export type IncidentIn = Schemas['IncidentIn']
