//! A network, loaded from memory and run on one thread.

use crate::OcrError;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, Tensor, prelude::*};
use std::borrow::Cow;
use std::sync::Arc;

/// A network with one input and one output.
pub(crate) struct Net {
    model: Model,
    input: NodeId,
    output: NodeId,
    threads: Arc<ThreadPool>,
}

/// What a network returned.
pub(crate) struct Output {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

impl Net {
    pub(crate) fn load(
        name: &'static str,
        bytes: Cow<'static, [u8]>,
        threads: Arc<ThreadPool>,
    ) -> Result<Self, OcrError> {
        let options = ModelOptions::with_all_ops();
        let loaded = match bytes {
            Cow::Borrowed(bytes) => options.load_static_slice(bytes),
            Cow::Owned(bytes) => options.load(bytes),
        };
        let model = loaded.map_err(|error| OcrError::Model { name, detail: error.to_string() })?;
        let (Some(input), Some(output)) = (model.input_ids().first(), model.output_ids().first())
        else {
            return Err(OcrError::Model {
                name,
                detail: "it has no input or no output".to_owned(),
            });
        };
        let (input, output) = (*input, *output);
        Ok(Self { model, input, output, threads })
    }

    /// Runs it on one picture as planes of `width` by `height` values.
    pub(crate) fn run(
        &self,
        width: usize,
        height: usize,
        planes: Vec<f32>,
    ) -> Result<Output, OcrError> {
        let failed = |detail: String| OcrError::Run { detail };
        let input = NdTensor::<f32, 4>::try_from_data([1, 3, height, width], planes)
            .map_err(|error| failed(error.to_string()))?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let outputs = self
            .model
            .run(vec![(self.input, input.into())], &[self.output], Some(options))
            .map_err(|error| failed(error.to_string()))?;
        let output = outputs.into_iter().next().ok_or_else(|| failed("no output".to_owned()))?;
        let output: Tensor<f32> =
            output.try_into().map_err(|_| failed("an output of another type".to_owned()))?;
        Ok(Output { shape: output.shape().to_vec(), values: output.into_data() })
    }
}
