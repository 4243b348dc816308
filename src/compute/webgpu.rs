//! The WebGPU device, configured for restorations.

use burn::tensor::Device;
use burn::tensor::wgpu::{MemoryConfiguration, WgpuSetup};

use super::device::ComputeDevice;
use crate::error::{Cause, Error};

/// The device of the default WebGPU adapter, with wgpu's handles of adapter and device.
///
/// Exclusive memory pages are freed between images of different sizes. Small submissions, of at
/// most 32 tasks, let the device work while the next tasks are recorded.
///
/// # Errors
/// [`Error::NoDevice`] if no adapter is available.
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
