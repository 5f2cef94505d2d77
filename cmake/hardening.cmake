# Compiler and linker settings of every target of ours: warnings are errors, and the hardening that
# gcc 12 and clang 14 both know.
function(fairlead_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wformat=2 -Wimplicit-fallthrough -Werror
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fno-delete-null-pointer-checks
    -fno-strict-overflow -D_GLIBCXX_ASSERTIONS)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # __int128 is a GNU extension that -Wpedantic names; maybe-uninitialized misfires on std::variant in gcc 12.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict -Wbidi-chars=any -ftrivial-auto-var-init=zero)
  endif()
  if(FAIRLEAD_SANITIZE)
    # uninitialized misfires on libstdc++'s own tables once gcc 12 has put the sanitizer's checks in.
    target_compile_options(${target} PUBLIC -fsanitize=${FAIRLEAD_SANITIZE} -fno-omit-frame-pointer -g1 -Wno-uninitialized)
    target_link_options(${target} PUBLIC -fsanitize=${FAIRLEAD_SANITIZE})
    if(FAIRLEAD_SANITIZE MATCHES "thread")
      target_compile_options(${target} PUBLIC -Wno-tsan)  # Boost.Asio's fences, which it warns that it does not see
    endif()
    if(FAIRLEAD_SANITIZE MATCHES "undefined")
      target_compile_options(${target} PUBLIC -fno-sanitize-recover=all)
    endif()
  else()
    target_compile_options(${target} PRIVATE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    target_link_options(${target} PRIVATE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
  endif()
endfunction()

find_program(FAIRLEAD_CCACHE ccache)
if(FAIRLEAD_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FAIRLEAD_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${FAIRLEAD_CCACHE})
endif()
find_program(FAIRLEAD_MOLD mold)
if(FAIRLEAD_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
