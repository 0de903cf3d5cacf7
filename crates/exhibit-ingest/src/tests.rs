//! Tests below the binary: stages that need neither workers nor OCR.
