"""Electronic licences 电子证照: numbers, versions, signed files, states, public verification."""
