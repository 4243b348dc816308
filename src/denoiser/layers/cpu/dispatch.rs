//! Functions that are compiled for several instruction sets. The best one that the processor has is
//! chosen at run time.

/// Defines the function `$name` with the body `$body`. The body is an `#[inline(always)]` function
/// whose first const parameter says whether fused multiply-add is an instruction.
///
/// `$generic` are the generic parameters of `$name`, `$pass` the arguments that pass them on.
macro_rules! dispatched {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident [$($generic:tt)*] [$($pass:tt)*] (
            $($argument:ident: $type:ty),* $(,)?
        ) = $body:ident
    ) => {
        $(#[$doc])*
        $visibility fn $name<$($generic)*>($($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx2,fma")]
                fn with_avx512<$($generic)*>($($argument: $type),*) {
                    $body::<true, $($pass)*>($($argument),*)
                }

                #[target_feature(enable = "avx2,fma")]
                fn with_avx2<$($generic)*>($($argument: $type),*) {
                    $body::<true, $($pass)*>($($argument),*)
                }

                let fma = std::is_x86_feature_detected!("avx2")
                    && std::is_x86_feature_detected!("fma");
                let wide = std::is_x86_feature_detected!("avx512f")
                    && std::is_x86_feature_detected!("avx512vl")
                    && std::is_x86_feature_detected!("avx512dq");
                match (fma, wide) {
                    // SAFETY: the features were just detected.
                    (true, true) => return unsafe { with_avx512::<$($pass)*>($($argument),*) },
                    // SAFETY: the features were just detected.
                    (true, false) => return unsafe { with_avx2::<$($pass)*>($($argument),*) },
                    _ => {}
                }
            }
            $body::<{ cfg!(target_arch = "aarch64") }, $($pass)*>($($argument),*)
        }
    };
}

pub(super) use dispatched;
