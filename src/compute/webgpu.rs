//! The WebGPU device, set up as restorations need it.

use burn::tensor::Device;
use burn::tensor::wgpu::{MemoryConfiguration, WgpuSetup};

use super::device::ComputeDevice;
use crate::error::{Cause, Error};

/// The default WebGPU adapter's device, and wgpu's view of both.
///
/// Exclusive pages give memory back between images of different sizes; few tasks a submission keep
/// the device busy while the next are recorded.
///
/// # Errors
/// [`Error::NoDevice`] where there is no adapter.
pub async fn webgpu_device() -> Result<(ComputeDevice, WgpuSetup), Error> {
    let options = Device::wgpu_options()
        .memory_config(MemoryConfiguration::ExclusivePages)
        .tasks_max(32);
    let (device, setup) = options
        .init_with_setup_async()
        .await
        .map_err(|e| Error::NoDevice {
            message: format!("no WebGPU device: {e}; use \"cpu\""),
            source: Cause::new(e),
        })?;
    Ok((ComputeDevice::new(device), setup))
}
