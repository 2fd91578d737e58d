# Text files as a C++ source, so that the programs need no data files of ours to explain themselves.
#
#   envtool_embed(TARGET envtool_project NAME schema FILES docs/formats/env.schema.json)
#
# adds to the target the function `std::string_view embedded::schema(std::string_view file_name)`, empty for
# other names; declare it where it is used. FILES are relative to the root of the tree.
function(envtool_embed)
  cmake_parse_arguments(E "" "TARGET;NAME" "FILES" ${ARGN})
  set(code "// Made by CMake from the files named below.\n#include <string_view>\n\nnamespace envtool::embedded {\nstd::string_view ${E_NAME}(std::string_view name);\nstd::string_view ${E_NAME}(std::string_view name) {\n")
  foreach(file IN LISTS E_FILES)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${file})
    file(READ ${CMAKE_SOURCE_DIR}/${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND code "  if (name == \"${name}\") return R\"embedded(${text})embedded\";\n")
  endforeach()
  string(APPEND code "  return {};\n}\n}  // namespace envtool::embedded\n")
  set(output ${CMAKE_BINARY_DIR}/generated/embedded/${E_NAME}.cpp)
  set(before "")
  if(EXISTS ${output})
    file(READ ${output} before)
  endif()
  if(NOT before STREQUAL code)
    file(WRITE ${output} "${code}")
  endif()
  target_sources(${E_TARGET} PRIVATE ${output})
endfunction()
