//! What holds of the contract.
