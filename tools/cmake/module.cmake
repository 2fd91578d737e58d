# One folder = one static target = one namespace.
#
#   envtool_module(NAME resolve_solver LEVEL 1 DEPS support [LIBS fmt::fmt])
#
# makes the static library envtool_resolve_solver of every *.cpp in the folder (not below it). DEPS are
# modules of ours, of a smaller level or the same folder's children; LIBS are third-party targets.
# tools/check-edges reads these calls, so keep them one to a CMakeLists.txt line group, with literal names.

set(ENVTOOL_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")
option(ENVTOOL_WERROR "Warnings are errors" ON)

add_library(envtool_options INTERFACE)
target_include_directories(envtool_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(envtool_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${ENVTOOL_WERROR}>:-Werror>)
# GCC 12, once it inlines, sees overlapping copies in std::string that are not there (its bug 105651) and takes the
# error half of a tl::expected<std::string> for an uninitialised string.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(envtool_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_compile_definitions(envtool_options INTERFACE ENVTOOL_VERSION="${PROJECT_VERSION}")
if(ENVTOOL_SANITIZE)
  target_compile_options(envtool_options INTERFACE -fsanitize=${ENVTOOL_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(envtool_options INTERFACE -fsanitize=${ENVTOOL_SANITIZE})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

function(envtool_module)
  cmake_parse_arguments(M "" "NAME;LEVEL" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(envtool_${M_NAME} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(envtool_${M_NAME} INTERFACE)
    set(scope INTERFACE)
  endif()
  list(TRANSFORM M_DEPS PREPEND envtool_)
  target_link_libraries(envtool_${M_NAME} ${scope} envtool_options ${M_DEPS} ${M_LIBS})
endfunction()

# Unit tests: every tests/unit/<module>/*_test.cpp becomes part of the program unit-<module>.
function(envtool_unit_tests)
  cmake_parse_arguments(M "" "NAME" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(unit-${M_NAME} ${sources})
  list(TRANSFORM M_DEPS PREPEND envtool_)
  target_link_libraries(unit-${M_NAME} PRIVATE envtool_catch_main ${M_DEPS} ${M_LIBS})
  add_test(NAME unit-${M_NAME} COMMAND unit-${M_NAME})
endfunction()
