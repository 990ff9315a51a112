"""The delivery-board tracker for the SEND and AP Green Paper of 29 March 2022."""
