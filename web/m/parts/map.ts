/** The map, in a chunk of its own that comes when it is looked at. */
export { default } from './PlaceMap.vue'
