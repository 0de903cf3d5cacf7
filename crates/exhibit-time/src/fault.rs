//! Faults of time stamps, certificates and proofs of public logs.

/// Why a time stamp, certificate or proof is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// The bytes are malformed.
    #[error("{0} is malformed")]
    Form(&'static str),
    /// The file is too large.
    #[error("larger than {most} bytes")]
    TooLarge {
        /// The maximum size.
        most: usize,
    },
    /// The authority refused to stamp.
    #[error("the authority refused (status {status}): {reason}")]
    Refused {
        /// The status in its reply.
        status: u64,
        /// The reason in its reply.
        reason: String,
    },
    /// The stamp is over other data.
    #[error("the stamp is not over this data")]
    OtherData,
    /// The stamp answers another request.
    #[error("the stamp does not answer this request: the nonce differs")]
    OtherNonce,
    /// The stamp follows another policy than the requested one.
    #[error("the stamp follows another policy than the requested one")]
    OtherPolicy,
    /// A digest that can be forged.
    #[error("{0} uses a digest that can be forged (SHA-1 or weaker)")]
    WeakDigest(&'static str),
    /// A key that is too short.
    #[error("{0} uses a key that is too short (RSA below 2048 bits)")]
    WeakKey(String),
    /// An algorithm that is not supported.
    #[error("{0} uses an algorithm that is not supported")]
    Algorithm(String),
    /// There is not exactly one signature.
    #[error("{0} signatures instead of one")]
    Signers(usize),
    /// A signed attribute is missing, repeated or wrong.
    #[error("the signed attribute `{0}` is missing, repeated or wrong")]
    Attribute(&'static str),
    /// The signed digest is not that of the content.
    #[error("the content was altered: the signed digest differs")]
    Altered,
    /// The signature does not match.
    #[error("the signature does not match the key of {0}")]
    Signature(String),
    /// The signer's certificate is missing.
    #[error("the signer's certificate is neither in the stamp nor among those given")]
    NoSigner,
    /// The stamp is bound to another certificate than the signer's.
    #[error("the stamp is bound to another certificate than the one provided")]
    OtherSigner,
    /// The stamp names another authority than the signer.
    #[error("the stamp names another authority than the one that signed it")]
    OtherAuthority,
    /// A certificate is not for time stamping.
    #[error(
        "{0} is not a certificate only for time stamps (critical extended key usage timeStamping)"
    )]
    NotForTime(String),
    /// A certificate's key is for something else.
    #[error("the key of {0} may not be used for this")]
    KeyUsage(String),
    /// A certificate that is not an authority issued another.
    #[error("{0} issued another certificate but is not an authority")]
    NotAuthority(String),
    /// There are more authorities below a certificate than it allows.
    #[error("there are more authorities below {0} than it allows")]
    PathLength(String),
    /// A certificate was not valid at the stated time.
    #[error("{name} was not valid at the stated time: valid from {from} to {to}")]
    NotValid {
        /// The owner of the certificate.
        name: String,
        /// The start of its validity.
        from: String,
        /// The end of its validity.
        to: String,
    },
    /// A certificate requires something that is not supported.
    #[error("{0} requires an unsupported feature (a critical extension, or name constraints)")]
    Unsupported(String),
    /// No chain leads to an authority that is trusted.
    #[error("no chain of certificates leads from {0} to an authority that you trust")]
    NoAnchor(String),
    /// The checkpoint is invalid, or not from this log.
    #[error("the checkpoint: {0}")]
    Checkpoint(String),
    /// Two states of the log are not consistent.
    #[error("the states of the log are not consistent: {0}")]
    Consistency(String),
    /// The policy does not know the public log, or too few of its witnesses cosigned.
    #[error("the policy does not accept it: {0}")]
    Policy(String),
    /// A line of a text is malformed.
    #[error("line {0} is malformed")]
    Line(usize),
    /// The leaf is not signed by the expected key.
    #[error("the leaf was not signed by the key that submitted this checkpoint")]
    Leaf,
    /// The leaf is not in the public log.
    #[error("the leaf is not proved to be in the public log: {0}")]
    Inclusion(String),
    /// None of the signatures is by the witness.
    #[error("none of the signatures is by the witness {0}")]
    NoWitness(String),
}
