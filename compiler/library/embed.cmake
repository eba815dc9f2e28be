# Writes text files as adjacent raw string literals, which C++ joins:
#   cmake -DOUT=FILE "-DSOURCES=a.rnn;b.rnn" -P embed.cmake
set(literals "")
foreach(source ${SOURCES})
  file(READ ${source} text)
  string(FIND "${text}" ")rnn\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${source} contains the end mark of the raw string literal that is to hold it")
  endif()
  string(APPEND literals "R\"rnn(${text})rnn\"\n")
endforeach()
file(WRITE ${OUT} "${literals}")
