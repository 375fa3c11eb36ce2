"""The checks of the token, the portal and the settings behind `reconciler doctor`."""
