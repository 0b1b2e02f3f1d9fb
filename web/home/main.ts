import '@shared/theme/theme'
import '@shared/theme/tokens.css'
import './home.css'
