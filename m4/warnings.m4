# Warnings that would have caught real bugs of this kind of program are on for everybody;
# --enable-werror makes them errors, as CI does.
AC_DEFUN([FLOW_WARNINGS], [
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
	[flow_werror=$enableval], [flow_werror=no])
WARN_CFLAGS=
for flow_flag in -Wall -Wextra -Wshadow -Wformat=2 -Wmissing-prototypes \
    -Wstrict-prototypes -Wimplicit-fallthrough -Wvla -Wpointer-arith -Wwrite-strings \
    -Wundef -Wconversion -Wno-sign-conversion; do
	flow_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $flow_flag"
	AC_MSG_CHECKING([whether $CC takes $flow_flag])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
	    [AC_MSG_RESULT([yes]); WARN_CFLAGS="$WARN_CFLAGS $flow_flag"], [AC_MSG_RESULT([no])])
	CFLAGS=$flow_saved
done
AS_IF([test "x$flow_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
AC_SUBST([WARN_CFLAGS])
])
