# SPDX-FileCopyrightText: 2026 Tideline contributors
# SPDX-License-Identifier: MIT

include(CMakePackageConfigHelpers)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/TidelineConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/TidelineConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tideline
  NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/TidelineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/TidelineConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/TidelineConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tideline
)
