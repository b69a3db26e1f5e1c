# gcc leaves simple loops alone at -O2 where it cannot prove that vectors pay, which costs a third of the
# time of some questions; clang takes them as they come.
AC_DEFUN([FLOW_VECTORIZE], [
flow_saved=$CFLAGS
flow_flags="-ftree-vectorize -fvect-cost-model=dynamic"
CFLAGS="$CFLAGS -Werror $flow_flags"
AC_MSG_CHECKING([whether $CC takes $flow_flags])
AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); VECTORIZE_CFLAGS=$flow_flags], [AC_MSG_RESULT([no]); VECTORIZE_CFLAGS=])
CFLAGS=$flow_saved
AC_SUBST([VECTORIZE_CFLAGS])
])
