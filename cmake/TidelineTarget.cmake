# SPDX-FileCopyrightText: 2026 Tideline contributors
# SPDX-License-Identifier: MIT

include(GNUInstallDirs)

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  find_program(TIDELINE_CCACHE ccache)
  mark_as_advanced(TIDELINE_CCACHE)
  if(TIDELINE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${TIDELINE_CCACHE})
  endif()
endif()

# What every target of the project has in common. They link it privately, so that no consumer inherits it.
add_library(tideline_defaults INTERFACE)
target_compile_features(tideline_defaults INTERFACE cxx_std_20)
target_compile_definitions(tideline_defaults INTERFACE
  QT_NO_CAST_FROM_ASCII
  QT_NO_CAST_TO_ASCII
  QT_NO_CAST_FROM_BYTEARRAY
  QT_NO_URL_CAST_FROM_STRING
  QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
  QT_NO_FOREACH
  QT_NO_KEYWORDS
  QT_NO_JAVA_STYLE_ITERATORS
  QT_DISABLE_DEPRECATED_BEFORE=0x060400
)
target_compile_options(tideline_defaults INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(TIDELINE_WERROR)
  target_compile_options(tideline_defaults INTERFACE -Werror)
endif()
if(TIDELINE_SANITIZE)
  target_compile_options(tideline_defaults INTERFACE -fsanitize=${TIDELINE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(tideline_defaults INTERFACE -fsanitize=${TIDELINE_SANITIZE})
  if(TIDELINE_SANITIZE MATCHES undefined)
    target_compile_options(tideline_defaults INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()

# tideline_component(<Name> HEADERS ... SOURCES ...): a library that is installed as the package component <Name>.
# Public headers stand under <source dir>/tideline/ and are included as <tideline/...>.
function(tideline_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES")
  string(TOLOWER ${name} lower)
  string(TOUPPER ${name} upper)
  set(target tideline_${lower})
  add_library(${target})
  add_library(Tideline::${name} ALIAS ${target})
  target_sources(${target}
    PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${arg_HEADERS}
  )
  set_target_properties(${target} PROPERTIES
    AUTOMOC ON
    EXPORT_NAME ${name}
    OUTPUT_NAME Tideline${name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
  )
  target_compile_features(${target} PUBLIC cxx_std_20)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    target_compile_definitions(${target} PUBLIC TIDELINE_STATIC)
  else()
    target_compile_definitions(${target} PRIVATE TIDELINE_${upper}_LIBRARY)
  endif()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:tideline_defaults>)
  install(TARGETS ${target} EXPORT Tideline${name}Targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  )
  install(EXPORT Tideline${name}Targets NAMESPACE Tideline:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tideline)
endfunction()

if(NOT DEFINED BUILD_SHARED_LIBS)
  set(BUILD_SHARED_LIBS ON)
endif()
