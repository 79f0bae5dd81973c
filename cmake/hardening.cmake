# Flags of every target of ours: warnings are errors, and the hardening that g++ 12 offers.
add_library(failover_flags INTERFACE)
target_include_directories(failover_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(failover_flags INTERFACE
  FAILOVER_VERSION="${PROJECT_VERSION}" _GLIBCXX_ASSERTIONS)
target_compile_options(failover_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wformat=2 -Werror -Werror=switch
  -fstack-protector-strong -fcf-protection=full -ftrivial-auto-var-init=zero
  -fno-delete-null-pointer-checks -fno-strict-overflow
  $<$<CXX_COMPILER_ID:GNU>:-fstack-clash-protection>
  # Designated initializers leave the rest at its default; that is what they are for.
  -Wno-missing-field-initializers)
target_link_options(failover_flags INTERFACE
  -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed)

if(FAILOVER_SANITIZE OR FAILOVER_FUZZ)
  target_compile_options(failover_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(failover_flags INTERFACE -fsanitize=address,undefined)
else()
  # glibc refuses FORTIFY without optimization.
  target_compile_options(failover_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=3>)
endif()
if(FAILOVER_FUZZ)
  target_compile_options(failover_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
