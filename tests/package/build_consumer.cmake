# SPDX-FileCopyrightText: 2026 Tideline contributors
# SPDX-License-Identifier: MIT
#
# Configures the project SOURCE in BUILD against the package in PREFIX. With REFUSAL that must fail with these words;
# else it is built, and RUN, if given, is run.

function(must_work)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "This failed (${result}): ${ARGN}")
  endif()
endfunction()

file(REMOVE_RECURSE ${BUILD})
set(configure ${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G ${GENERATOR}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${CXX_COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  -DCMAKE_PREFIX_PATH=${PREFIX})

if(REFUSAL)
  execute_process(COMMAND ${configure} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(result EQUAL 0)
    message(FATAL_ERROR "The configuration was to be refused with '${REFUSAL}', and worked.")
  endif()
  # CMake wraps its messages.
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  string(FIND "${said}" "${REFUSAL}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "The refusal does not say '${REFUSAL}': ${said}")
  endif()
  return()
endif()

must_work(${configure})
must_work(${CMAKE_COMMAND} --build ${BUILD})
if(RUN)
  must_work(${BUILD}/${RUN})
endif()
