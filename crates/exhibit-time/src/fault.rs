//! What can be wrong with a time stamp, a certificate or a proof of a public log, each by its name.

/// Why something is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are not what they must be.
    #[error("{0} is not in the form that it must have")]
    Form(&'static str),
    /// The file is larger than any such file is.
    #[error("it has more than {most} bytes")]
    TooLarge {
        /// The most that is read.
        most: usize,
    },
    /// The authority refused to stamp.
    #[error("the authority refused (status {status}): {reason}")]
    Refused {
        /// Its status.
        status: u64,
        /// What it says.
        reason: String,
    },
    /// The stamp is over other data.
    #[error("the stamp is not over this data")]
    OtherData,
    /// The stamp answers another request.
    #[error("the stamp does not answer this request: its nonce is another")]
    OtherNonce,
    /// The stamp follows another policy than the one asked for.
    #[error("the stamp follows another policy than the request asks for")]
    OtherPolicy,
    /// A digest that can be forged.
    #[error("{0} rests on a digest that can be forged (SHA-1 or weaker)")]
    WeakDigest(&'static str),
    /// A key that is too short.
    #[error("{0} rests on a key that is too short (RSA below 2048 bits)")]
    WeakKey(String),
    /// An algorithm that is not supported.
    #[error("{0} uses an algorithm that is not supported")]
    Algorithm(String),
    /// There is not exactly one signature.
    #[error("it has {0} signatures, and must have one")]
    Signers(usize),
    /// A signed attribute is missing, repeated or not what it must be.
    #[error("its signed attribute `{0}` is missing, repeated or not what it must be")]
    Attribute(&'static str),
    /// The signed digest is not that of the content.
    #[error("its content was altered: the signed digest is another")]
    Altered,
    /// The signature does not match.
    #[error("the signature is not one of the key of {0}")]
    Signature(String),
    /// The signer's certificate is nowhere.
    #[error("the signer's certificate is neither in the stamp nor among those given")]
    NoSigner,
    /// The stamp binds another certificate than the signer's.
    #[error("the stamp was signed for another certificate than the one that is there")]
    OtherSigner,
    /// The stamp names another authority than the signer.
    #[error("the stamp names another authority than the one that signed it")]
    OtherAuthority,
    /// A certificate may not stamp time.
    #[error("{0} is not a certificate for time stamps alone (critical extended key usage timeStamping)")]
    NotForTime(String),
    /// A certificate's key is for something else.
    #[error("the key of {0} may not be used for this")]
    KeyUsage(String),
    /// A certificate that is no authority's vouches for another.
    #[error("{0} vouches for another certificate but is not an authority")]
    NotAuthority(String),
    /// More authorities stand below a certificate than it allows.
    #[error("more authorities stand below {0} than it allows")]
    PathLength(String),
    /// A certificate was not valid at the time stated.
    #[error("{name} was not valid at the time stated: valid from {from} to {to}")]
    NotValid {
        /// Whose certificate.
        name: String,
        /// From when it is valid.
        from: String,
        /// Until when.
        to: String,
    },
    /// A certificate demands something that is not supported.
    #[error("{0} demands what is not supported here (a critical extension, or name constraints)")]
    Unsupported(String),
    /// No chain leads to an authority that is trusted.
    #[error("no chain of certificates leads from {0} to an authority that you trust")]
    NoAnchor(String),
    /// A checkpoint is not one, or not of this log.
    #[error("the checkpoint: {0}")]
    Checkpoint(String),
    /// No consistency between two states of the log.
    #[error("this state of the log does not lead to that one: {0}")]
    Consistency(String),
    /// The public log or a witness is not one that the policy knows, or too few cosigned.
    #[error("the policy does not accept it: {0}")]
    Policy(String),
    /// A line of a text is not what it must be.
    #[error("line {0} is not what it must be")]
    Line(usize),
    /// The proof is over another leaf.
    #[error("the leaf was not made by the key that submitted this checkpoint")]
    Leaf,
    /// The leaf is not in the public log.
    #[error("the leaf is not proved to be in the public log: {0}")]
    Inclusion(String),
    /// None of the signatures is by the witness.
    #[error("none of the signatures is by the witness {0}")]
    NoWitness(String),
}
